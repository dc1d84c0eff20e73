// Finds out that a peer updated its keys twice and waited for no acknowledgement between (RFC 9001 section
// 6.1). Its packets have the key phase of the keys before both updates, and open with none that are here:
// they would be dropped, and the connection stay silent.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "crypto/packet_ciphers.h"

namespace usquic::crypto {

// Belongs to the receive keys of one key phase.
class SkippedUpdate {
 public:
  // Tries that a phase has: forged packets must not cost more than any other that cannot be opened.
  static constexpr unsigned max_tries = 8;

  // `secret` and `iv` are those of the phase.
  SkippedUpdate(const PacketCiphers& ciphers, std::uint32_t version, CipherSuite suite, Bytes secret,
                const std::uint8_t* iv);
  SkippedUpdate(const SkippedUpdate&) = delete;
  SkippedUpdate& operator=(const SkippedUpdate&) = delete;
  ~SkippedUpdate();

  // Whether a packet that the phase's keys do not open was made with those two updates later. What is written
  // to `scratch`, of the length of the plaintext, means nothing.
  bool is_shown_by(std::uint8_t* scratch, Bytes sealed, const std::uint8_t* nonce, Bytes header);

 private:
  const PacketCiphers& ciphers_;
  const CipherSuite suite_;
  const std::uint32_t version_;
  unsigned tries_left_ = max_tries;
  std::size_t secret_length_;
  std::uint8_t secret_[max_hash_bytes];
  std::uint8_t iv_[aead_nonce_bytes];
};

}  // namespace usquic::crypto
