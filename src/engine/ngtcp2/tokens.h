// Tokens that let a server recognize what it told a client before without keeping it: Retry and NEW_TOKEN
// tokens (RFC 9000 section 8.1) and stateless reset tokens (section 10.3). All derive from one secret, so any
// process of a deployment, also a restarted one, can check them. They carry the time of day: a monotonic
// clock begins anew with each boot, and differs from machine to machine.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time.h"
#include "base/wall_clock.h"

namespace usquic::engine::ngtcp2 {

enum class TokenKind { none, retry, regular };

class Tokens {
 public:
  static constexpr std::size_t secret_bytes = 32;
  static constexpr Duration retry_lifetime = std::chrono::seconds(10);
  static constexpr Duration regular_lifetime = std::chrono::hours(24);
  // A token may be this much ahead of the clock here: those of two machines differ, and clocks are set back.
  static constexpr Duration clock_tolerance = std::chrono::seconds(5);

  explicit Tokens(Bytes secret);

  // What a token looks like; says nothing about whether it is genuine.
  static TokenKind kind(Bytes token);

  std::vector<std::uint8_t> make_retry(WallTime now, std::uint32_t version, const Address& remote,
                                       const ngtcp2_cid& retry_scid, const ngtcp2_cid& original_dcid) const;
  // True: genuine, for this address, not expired; original_dcid is set.
  bool verify_retry(WallTime now, std::uint32_t version, const Address& remote, const ngtcp2_cid& dcid,
                    Bytes token, ngtcp2_cid& original_dcid) const;

  // For the client's next connections of the same QUIC version (RFC 9369 section 5).
  std::vector<std::uint8_t> make_regular(WallTime now, std::uint32_t version, const Address& remote) const;
  bool verify_regular(WallTime now, std::uint32_t version, const Address& remote, Bytes token) const;

  void make_reset_token(const ngtcp2_cid& id, std::uint8_t* token) const;

 private:
  Bytes regular_key(std::uint32_t version) const;

  std::uint8_t address_key_[secret_bytes];  // of Retry tokens, and of regular ones of version 1
  std::uint8_t address_key_of_v2_[secret_bytes];
  std::uint8_t reset_key_[secret_bytes];
};

}  // namespace usquic::engine::ngtcp2
