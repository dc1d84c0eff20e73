// Which certificate a server shows for which server name (SNI, RFC 6066 section 3).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tls/credentials.h"

namespace usquic::tls {

class ServerNames {
 public:
  // Pattern: a host name, "*." and a domain (any one label in its place, RFC 6125 section 6.4.3), or "*" for
  // what matches nothing else. The same pattern again replaces. False when the pattern is none of these.
  bool add(std::string_view pattern, std::shared_ptr<const Credentials> credentials);
  // False when there is no such pattern.
  bool remove(std::string_view pattern);
  // Whether add() would take it.
  static bool is_pattern(std::string_view pattern);

  bool empty() const { return table_.empty() && default_ == nullptr; }
  // Exact, else wildcard, else default, else nullptr. Case and a trailing dot do not matter; "" = no name
  // given.
  std::shared_ptr<const Credentials> find(std::string_view name) const;
  const std::shared_ptr<const Credentials>& default_credentials() const { return default_; }

 private:
  // By normalized name; a wildcard by its ".domain".
  std::unordered_map<std::string, std::shared_ptr<const Credentials>> table_;
  std::shared_ptr<const Credentials> default_;
};

}  // namespace usquic::tls
