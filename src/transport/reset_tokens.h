// Stateless reset tokens that peers issued, and the connections they would end (RFC 9000 section 10.3.1): a
// reset has an unpredictable connection ID, so on a shared socket its token alone says whom it is for.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "crypto/keyed_hash.h"
#include "transport/connection_id_owner.h"

namespace usquic::transport {

class ResetTokenTable {
 public:
  static constexpr std::size_t token_bytes = 16;
  static constexpr std::size_t min_bytes_before = 5;  // a shorter datagram is no stateless reset

  using Token = std::array<std::uint8_t, token_bytes>;

  explicit ResetTokenTable(const RandomSource& random) : owners_(0, TokenHash{crypto::KeyedHash(random)}) {}

  void insert(const std::uint8_t* token, ConnectionIdOwner& owner) {
    owners_.emplace(to_token(token), &owner);
  }
  void erase(const std::uint8_t* token, const ConnectionIdOwner& owner);
  // The connection that a datagram ending in an issued token would end, or nullptr. The keyed hash keeps
  // the time this takes from telling anything about the tokens; the connection compares in constant time.
  ConnectionIdOwner* find(Bytes datagram) const;

  static Token to_token(const std::uint8_t* bytes);

 private:
  struct TokenHash {
    crypto::KeyedHash hash;
    std::size_t operator()(const Token& token) const { return hash(token); }
  };

  std::unordered_multimap<Token, ConnectionIdOwner*, TokenHash> owners_;
};

}  // namespace usquic::transport
