#include "redirect/https_location.h"

#include <algorithm>

#include "http1/request_target.h"

namespace usquic::redirect {
namespace {

constexpr std::uint16_t usual_port = 443;

// An IPv6 address stands in brackets: its colons are not the port's.
std::string_view host_of(std::string_view authority) {
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return authority.substr(0, std::min(colon, authority.size()));
}

}  // namespace

std::optional<std::string> https_location(std::string_view authority, std::string_view path,
                                          std::uint16_t port) {
  if (!http1::is_authority(authority)) return std::nullopt;
  std::string location = "https://";
  location += host_of(authority);
  if (port != usual_port) location += ":" + std::to_string(port);
  // RFC 9112 section 3.2.4: the URL of "OPTIONS *" has no path.
  if (path != "*") location += path;
  return location;
}

}  // namespace usquic::redirect
