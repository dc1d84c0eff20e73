// Stateless reset tokens that peers issued, and the connections they would end (RFC 9000 section 10.3.1): a
// reset has an unpredictable connection ID, so on a shared socket its token alone says whom it is for.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <array>
#include <cstdint>
#include <unordered_map>

#include "crypto/keyed_hash.h"
#include "transport/connection_id_owner.h"

namespace usquic::engine::ngtcp2 {

class ResetTokenTable {
 public:
  using Token = std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN>;

  explicit ResetTokenTable(const RandomSource& random) : routes_(0, TokenHash{crypto::KeyedHash(random)}) {}

  void insert(const std::uint8_t* token, transport::Route& route) {
    routes_.emplace(to_token(token), &route);
  }
  void erase(const std::uint8_t* token, const transport::Route& route);
  // The connection that a datagram ending in an issued token would end, or nullptr. The keyed hash keeps
  // the time this takes from telling anything about the tokens; the connection compares in constant time.
  transport::Route* find(Bytes datagram) const;

  static Token to_token(const std::uint8_t* bytes);

 private:
  struct TokenHash {
    crypto::KeyedHash hash;
    std::size_t operator()(const Token& token) const { return hash(token); }
  };

  std::unordered_multimap<Token, transport::Route*, TokenHash> routes_;
};

}  // namespace usquic::engine::ngtcp2
