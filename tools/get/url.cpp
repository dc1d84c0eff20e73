#include "get/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ascii.h"

namespace usquic::tools::get {
namespace {

Failure malformed(std::string reason) {
  return {ExitCode::MalformedUrl, "malformed URL: " + std::move(reason)};
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '+' || c == '-' || c == '.';
  });
}

// What a URL may not carry as it is becomes an escape; escapes that are there stay.
std::string escape_target(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' ||
        c == '|' || c == '}') {
      escaped += fmt::format("%{:02X}", byte);
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

bool is_host(std::string_view host, bool is_bracketed) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [is_bracketed](char c) {
    if (is_bracketed) return hex_digit(c) >= 0 || c == ':' || c == '.';
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
  });
}

// host[:port] into url. Returns: what is wrong, or nothing.
std::optional<Failure> parse_authority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) return malformed("user and password are not supported");
  const bool is_bracketed = authority.starts_with('[');
  const auto host_end = is_bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (host_end == std::string_view::npos) return malformed("']' is missing");
  const std::string_view host =
      is_bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
  std::string_view rest = authority.substr(host_end + (is_bracketed ? 1 : 0));
  if (!is_host(host, is_bracketed)) return malformed(host.empty() ? "no host" : "bad host name");
  if (!rest.empty()) {
    if (rest[0] != ':') return malformed("bad host name");
    rest.remove_prefix(1);
    const auto port = rest.empty() ? std::optional<std::uint64_t>(443) : parse_number(rest);
    if (!port || *port == 0 || *port > 65535) return malformed("bad port");
    url.port = static_cast<int>(*port);
  }
  url.host = to_lower(host);
  url.authority = is_bracketed ? "[" + url.host + "]" : url.host;
  if (url.port != 443) url.authority += ":" + std::to_string(url.port);
  return std::nullopt;
}

}  // namespace

std::variant<Url, Failure> parse_url(std::string_view text, PathRule rule) {
  Url url;
  url.text = text;
  const bool has_control = std::any_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
  if (has_control) return malformed("space or control character");
  if (const auto colon = text.find("://");
      colon != std::string_view::npos && is_scheme(text.substr(0, colon))) {
    const std::string_view scheme = text.substr(0, colon);
    if (!equals_ignoring_case(scheme, "https")) {
      return Failure{ExitCode::UnsupportedScheme,
                     fmt::format("scheme {} is not supported, only https", scheme)};
    }
    text.remove_prefix(colon + 3);
  }
  text = text.substr(0, text.find('#'));
  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  if (auto failure = parse_authority(text.substr(0, authority_end), url)) return *failure;
  text.remove_prefix(authority_end);
  const auto query_at = std::min(text.find('?'), text.size());
  const std::string path = escape_target(text.substr(0, query_at));
  url.target = rule == PathRule::AsIs ? path : remove_dot_segments(path);
  if (url.target.empty()) url.target = "/";
  url.target += escape_target(text.substr(query_at));
  return url;
}

std::string remove_dot_segments(std::string_view path) {
  std::string output;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);  // with the '/' before it
    path.remove_prefix(end);
    if (segment == "/.." || segment == "/.") {
      if (segment == "/..") output.erase(std::min(output.rfind('/'), output.size()));
      if (path.empty()) output.push_back('/');
    } else {
      output += segment;
    }
  }
  return output;
}

std::string remote_file_name(const Url& url) {
  const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
  const std::string name(path.substr(path.rfind('/') + 1));
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace usquic::tools::get
