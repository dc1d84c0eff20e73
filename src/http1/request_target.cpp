#include "http1/request_target.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/ascii.h"
#include "http/field_class.h"

namespace usquic::http1 {
namespace {

// Visible US-ASCII, without what no URI has and what no browser sends as it is (RFC 3986 section 2).
bool is_target_character(char c) {
  return c > ' ' && c < '\x7f' && std::string_view("\"#<>").find(c) == std::string_view::npos;
}

// RFC 3986 section 3.2.2: an IPv6 address in brackets. Nobody has made an address of a later version.
bool is_bracketed_host(std::string_view text) {
  const std::string_view address = text.substr(1, text.size() - 2);
  return address.find(':') != std::string_view::npos &&
         std::all_of(address.begin(), address.end(),
                     [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; });
}

bool is_plain_host(std::string_view text) {
  if (text.empty() || (http::common_classes(text) & http::character_of_authority) == 0) return false;
  return text.find_first_of("[]:") == std::string_view::npos;
}

// How long the host is; nullopt when the text is no authority.
std::optional<std::size_t> parse_authority(std::string_view text) {
  std::size_t end = std::min(text.find(':'), text.size());
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || !is_bracketed_host(text.substr(0, ++end))) return std::nullopt;
  } else if (!is_plain_host(text.substr(0, end))) {
    return std::nullopt;
  }
  if (end == text.size()) return end;
  const std::string_view port = text.substr(end + 1);
  if (text[end] != ':' || !std::all_of(port.begin(), port.end(), is_digit)) return std::nullopt;
  return end;
}

Failure parse_absolute(std::string_view method, std::string_view scheme, std::string_view target,
                       RequestTarget& parsed) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return bad_request("the target has none of the four forms");
  const std::string_view named = target.substr(0, colon);
  if (!equals_ignoring_case(named, "http") && !equals_ignoring_case(named, "https")) {
    return bad_request("the target's scheme is not that of HTTP");
  }
  if (!equals_ignoring_case(named, scheme)) return {421, "the target's scheme is not the connection's"};
  target.remove_prefix(colon + 3);
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  parsed.authority = target.substr(0, end);
  parsed.path = target.substr(end);
  if (!is_authority(parsed.authority)) return bad_request("the target's authority is malformed");
  // RFC 9112 sections 3.2.1 and 3.2.4.
  if (!parsed.path.starts_with('/')) parsed.root = method == "OPTIONS" && parsed.path.empty() ? "*" : "/";
  return {};
}

}  // namespace

Failure parse_target(std::string_view method, std::string_view scheme, std::string_view target,
                     RequestTarget& parsed) {
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_character)) {
    return bad_request("the target has a character that no URI has");
  }
  if (method == "CONNECT") {
    // RFC 9110 section 9.3.6: the port must be there.
    const auto host_bytes = parse_authority(target);
    if (!host_bytes || *host_bytes + 1 >= target.size()) {
      return bad_request("the target of CONNECT is no host and port");
    }
    parsed.authority = target;
    return {};
  }
  if (target.front() == '/') {
    parsed.path = target;
    return {};
  }
  if (target == "*") {
    if (method != "OPTIONS") return bad_request("the target is * and the method not OPTIONS");
    parsed.path = target;
    return {};
  }
  return parse_absolute(method, scheme, target, parsed);
}

bool is_authority(std::string_view text) {
  return parse_authority(text).has_value();
}

}  // namespace usquic::http1
