// A client's address-validation tokens from NEW_TOKEN frames (RFC 9000 section 8.1.3), by server and QUIC
// version (RFC 9369 section 5).
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace usquic::transport {

class TokenStore {
 public:
  static constexpr std::size_t max_servers = 256;
  static constexpr std::size_t max_token_bytes = 1024;

  // The newest token of a server replaces the one before; the server heard from longest ago goes first.
  void put(std::string_view server_name, std::uint16_t port, std::uint32_t version, Bytes token);
  // Takes the token out: one token is used for one connection (RFC 9000 section 8.1.3). Empty = none.
  std::vector<std::uint8_t> take(std::string_view server_name, std::uint16_t port, std::uint32_t version);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    std::vector<std::uint8_t> token;
  };

  static std::string key_of(std::string_view server_name, std::uint16_t port, std::uint32_t version);

  std::list<Entry> order_;  // oldest first
  std::map<std::string, std::list<Entry>::iterator, std::less<>> entries_;
};

}  // namespace usquic::transport
