#include "tls/server_names.h"

#include <optional>
#include <utility>

#include "tls/host_name.h"

namespace usquic::tls {
namespace {

constexpr std::string_view default_pattern = "*";

std::optional<std::string> key_of(std::string_view pattern) {
  if (!pattern.starts_with("*.")) return normalize_host_name(pattern);
  std::optional<std::string> domain = normalize_host_name(pattern.substr(2));
  if (domain.has_value()) domain->insert(0, 1, '.');
  return domain;
}

}  // namespace

bool ServerNames::is_pattern(std::string_view pattern) {
  return pattern == default_pattern || key_of(pattern).has_value();
}

bool ServerNames::add(std::string_view pattern, std::shared_ptr<const Credentials> credentials) {
  if (pattern == default_pattern) {
    default_ = std::move(credentials);
    return true;
  }
  std::optional<std::string> key = key_of(pattern);
  if (!key.has_value()) return false;
  table_.insert_or_assign(std::move(*key), std::move(credentials));
  return true;
}

bool ServerNames::remove(std::string_view pattern) {
  if (pattern == default_pattern) return std::exchange(default_, nullptr) != nullptr;
  const std::optional<std::string> key = key_of(pattern);
  return key.has_value() && table_.erase(*key) != 0;
}

std::shared_ptr<const Credentials> ServerNames::find(std::string_view name) const {
  if (table_.empty() || name.empty()) return default_;
  const std::optional<std::string> normalized = normalize_host_name(name);
  if (!normalized.has_value()) return default_;
  if (const auto exact = table_.find(*normalized); exact != table_.end()) return exact->second;
  const std::size_t dot = normalized->find('.');
  if (dot == std::string::npos) return default_;
  const auto wildcard = table_.find(normalized->substr(dot));
  return wildcard == table_.end() ? default_ : wildcard->second;
}

}  // namespace usquic::tls
