// Which certificate a server shows for which server name (SNI, RFC 6066 section 3).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "tls/host_name.h"

namespace usquic::tls {

// A pattern is a host name, "*." and a domain (any one label in its place, RFC 6125 section 6.4.3), or "*" for
// what matches nothing else.
class ServerNamePattern {
 public:
  // Nothing when the text is none of these.
  static std::optional<ServerNamePattern> parse(std::string_view text);

  bool is_default() const { return key_.empty(); }
  // The normalized name, of a wildcard its ".domain".
  const std::string& key() const { return key_; }

 private:
  explicit ServerNamePattern(std::string key) : key_(std::move(key)) {}

  std::string key_;
};

// Credentials: what the TLS library shows; shared by the sessions that show it.
template <class Credentials>
class ServerNames {
 public:
  // The same pattern again replaces. False when it is no pattern.
  bool add(std::string_view text, std::shared_ptr<const Credentials> credentials) {
    std::optional<ServerNamePattern> pattern = ServerNamePattern::parse(text);
    if (!pattern.has_value()) return false;
    if (pattern->is_default()) {
      default_ = std::move(credentials);
    } else {
      table_.insert_or_assign(pattern->key(), std::move(credentials));
    }
    return true;
  }

  // False when there is no such pattern.
  bool remove(std::string_view text) {
    const std::optional<ServerNamePattern> pattern = ServerNamePattern::parse(text);
    if (!pattern.has_value()) return false;
    if (pattern->is_default()) return std::exchange(default_, nullptr) != nullptr;
    return table_.erase(pattern->key()) != 0;
  }

  // Whether add() would take it.
  static bool is_pattern(std::string_view text) { return ServerNamePattern::parse(text).has_value(); }

  bool empty() const { return table_.empty() && default_ == nullptr; }

  // Exact, else wildcard, else default, else nullptr. Case and a trailing dot do not matter; "" =
  // no name given.
  std::shared_ptr<const Credentials> find(std::string_view name) const {
    if (table_.empty() || name.empty()) return default_;
    const std::optional<std::string> normalized = normalize_host_name(name);
    if (!normalized.has_value()) return default_;
    if (const auto exact = table_.find(*normalized); exact != table_.end()) return exact->second;
    const std::size_t dot = normalized->find('.');
    if (dot == std::string::npos) return default_;
    const auto wildcard = table_.find(normalized->substr(dot));
    return wildcard == table_.end() ? default_ : wildcard->second;
  }

  const std::shared_ptr<const Credentials>& default_credentials() const { return default_; }

 private:
  std::unordered_map<std::string, std::shared_ptr<const Credentials>> table_;  // by the pattern's key
  std::shared_ptr<const Credentials> default_;
};

}  // namespace usquic::tls
