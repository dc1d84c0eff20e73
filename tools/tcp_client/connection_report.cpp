#include "tcp_client/connection_report.h"

#include "base/ascii.h"

namespace usquic::tools::tcp_client {
namespace {

// What follows `lead`, where the line begins so.
std::optional<std::string_view> after(std::string_view line, std::string_view lead) {
  if (!line.starts_with(lead)) return std::nullopt;
  return line.substr(lead.size());
}

// "TLSv1.3" or "TLS1.3", as the library below libcurl names it.
std::string version_text(std::string_view name) {
  auto number = after(name, "TLSv");
  if (!number) number = after(name, "TLS");
  return "TLS " + std::string(number.value_or(name));
}

// libcurl over GnuTLS puts the key exchange of its own guess before a suite of TLS 1.3, which has none (RFC 8446 appendix B.4):
// "ECDHE_RSA_AES_256_GCM_SHA384" is "TLS_AES_256_GCM_SHA384".
std::string suite_of_tls13(std::string_view name) {
  for (const std::string_view cipher : {"AES_", "CHACHA20_"}) {
    const std::size_t at = name.find(cipher);
    if (at != std::string_view::npos) return "TLS_" + std::string(name.substr(at));
  }
  return std::string(name);
}

// "TLSv1.3 / cipher / group": as `usquic get -v` shows it.
std::string tls_text(std::string_view parts) {
  constexpr std::string_view separator = " / ";
  std::string text;
  std::string_view before = ": ";
  for (std::size_t end = parts.find(separator); !parts.empty(); end = parts.find(separator)) {
    const std::string_view part = trim(parts.substr(0, end));
    if (text.empty()) {
      text = version_text(part);
    } else {
      const bool is_suite_of_tls13 = text == "TLS 1.3";
      text.append(before).append(is_suite_of_tls13 ? suite_of_tls13(part) : std::string(part));
      before = ", ";
    }
    parts = end == std::string_view::npos ? std::string_view() : parts.substr(end + separator.size());
  }
  return text;
}

}  // namespace

void ConnectionReport::take(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (const auto tls = after(line, "SSL connection using ")) {
    tls_ = tls_text(*tls);
  } else if (const auto chosen = after(line, "ALPN: server accepted ")) {
    alpn_ = std::string(trim(*chosen));
  } else if (line.starts_with("ALPN: server did not agree")) {
    alpn_ = "";
  }
}

}  // namespace usquic::tools::tcp_client
