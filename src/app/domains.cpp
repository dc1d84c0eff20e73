#include "app/domains.h"

#include "base/ascii.h"

namespace usquic::app {

namespace {

// An IPv6 address stands in brackets: its colons are not the port's.
std::string_view host_of(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = authority.substr(0, colon);
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace

void Domains::select(std::string_view pattern) {
  selected_ = pattern.empty() ? &others_ : &domains_[to_lower(host_of(pattern))];
}

Domain* Domains::find(std::string_view authority) {
  if (domains_.empty()) return &others_;
  std::string host = to_lower(host_of(authority));
  if (const auto exact = domains_.find(host); exact != domains_.end()) return &exact->second;
  if (const std::size_t dot = host.find('.'); dot != std::string::npos) {
    host.replace(0, dot, "*");
    if (const auto wildcard = domains_.find(host); wildcard != domains_.end()) return &wildcard->second;
  }
  return others_.is_empty() ? nullptr : &others_;
}

}  // namespace usquic::app
