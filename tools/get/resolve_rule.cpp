#include "get/resolve_rule.h"

#include <arpa/inet.h>

#include <array>

#include "base/ascii.h"

namespace usquic::tools::get {
namespace {

// An IPv6 address may have a zone: "fe80::1%eth0".
bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed;
  if (inet_pton(AF_INET, text.c_str(), parsed.data()) == 1) return true;
  const auto percent = text.find('%');
  if (percent != std::string::npos && percent + 1 == text.size()) return false;
  return inet_pton(AF_INET6, text.substr(0, percent).c_str(), parsed.data()) == 1;
}

std::string_view without_brackets(std::string_view text) {
  if (text.size() > 2 && text.starts_with('[') && text.ends_with(']')) return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

std::optional<ResolveRule> parse_resolve_rule(std::string_view text) {
  const auto host_end = text.starts_with('[') ? text.find("]:") : text.find(':');
  if (host_end == std::string_view::npos) return std::nullopt;
  const auto host_colon = text.starts_with('[') ? host_end + 1 : host_end;
  const auto port_colon = text.find(':', host_colon + 1);
  if (port_colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number(text.substr(host_colon + 1, port_colon - host_colon - 1));
  ResolveRule rule;
  rule.host = to_lower(without_brackets(text.substr(0, host_colon)));
  rule.address = without_brackets(text.substr(port_colon + 1));
  if (rule.host.empty() || !port || *port == 0 || *port > 65535 || !is_ip_address(rule.address))
    return std::nullopt;
  rule.port = static_cast<int>(*port);
  return rule;
}

}  // namespace usquic::tools::get
