// Tokens that let a server recognize what it told a client before without keeping it: Retry and NEW_TOKEN
// tokens (RFC 9000 section 8.1) and stateless reset tokens (section 10.3). All derive from one secret, so any
// process of a deployment, also a restarted one, can check them. They carry the time of day: a monotonic
// clock begins anew with each boot, and differs from machine to machine.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time.h"
#include "base/wall_clock.h"
#include "transport/connection_id.h"

namespace usquic::transport {

enum class TokenKind { none, retry, regular };

// The formats are those of ngtcp2's library for tokens, whose tokens and these stand for each other.
class Tokens {
 public:
  static constexpr std::size_t secret_bytes = 32;
  static constexpr Duration retry_lifetime = std::chrono::seconds(10);
  static constexpr Duration regular_lifetime = std::chrono::hours(24);
  // A token may be this much ahead of the clock here: those of two machines differ, and clocks are set back.
  static constexpr Duration clock_tolerance = std::chrono::seconds(5);
  static constexpr std::size_t reset_token_bytes = 16;

  explicit Tokens(Bytes secret);

  // What a token looks like; says nothing about whether it is genuine.
  static TokenKind kind(Bytes token);

  // Empty: the TLS library failed.
  std::vector<std::uint8_t> make_retry(WallTime now, std::uint32_t version, const Address& remote,
                                       const ConnectionId& retry_scid,
                                       const ConnectionId& original_dcid) const;
  // True: genuine, for this address, not expired; original_dcid is set.
  bool verify_retry(WallTime now, std::uint32_t version, const Address& remote, const ConnectionId& dcid,
                    Bytes token, ConnectionId& original_dcid) const;

  // For the client's next connections of the same QUIC version (RFC 9369 section 5). Empty: the
  // TLS library failed.
  std::vector<std::uint8_t> make_regular(WallTime now, std::uint32_t version, const Address& remote) const;
  bool verify_regular(WallTime now, std::uint32_t version, const Address& remote, Bytes token) const;

  void make_reset_token(const ConnectionId& id, std::uint8_t* token) const;

 private:
  Bytes regular_key(std::uint32_t version) const;

  std::uint8_t address_key_[secret_bytes];  // of Retry tokens, and of regular ones of version 1
  std::uint8_t address_key_of_v2_[secret_bytes];
  std::uint8_t reset_key_[secret_bytes];
};

}  // namespace usquic::transport
