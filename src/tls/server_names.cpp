#include "tls/server_names.h"

namespace usquic::tls {

std::optional<ServerNamePattern> ServerNamePattern::parse(std::string_view text) {
  if (text == "*") return ServerNamePattern({});
  const bool is_wildcard = text.starts_with("*.");
  std::optional<std::string> name = normalize_host_name(is_wildcard ? text.substr(2) : text);
  if (!name.has_value()) return std::nullopt;
  if (is_wildcard) name->insert(0, 1, '.');
  return ServerNamePattern(*std::move(name));
}

}  // namespace usquic::tls
