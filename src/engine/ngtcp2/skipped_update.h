// Finds out that a peer updated its keys twice and waited for no acknowledgement between (RFC 9001 section
// 6.1). Its packets have the key phase of the keys before both updates, and open with none that are here:
// they would be dropped, and the connection stay silent.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>

#include "base/bytes.h"
#include "crypto/packet_ciphers.h"

namespace usquic::engine::ngtcp2 {

// Belongs to the receive keys of one key phase.
class SkippedUpdate {
 public:
  // Tries that a phase has: forged packets must not cost more than any other that cannot be opened.
  static constexpr unsigned most_tries = 8;

  // `secret` and `iv` are those of the phase.
  SkippedUpdate(const crypto::PacketCiphers& ciphers, std::uint32_t version, const ngtcp2_crypto_ctx& context,
                Bytes secret, const std::uint8_t* iv);
  SkippedUpdate(const SkippedUpdate&) = delete;
  SkippedUpdate& operator=(const SkippedUpdate&) = delete;
  ~SkippedUpdate();

  // Whether a packet that the phase's keys do not open was made with those two updates later. What is written
  // to `scratch`, of the length of the plaintext, means nothing.
  bool is_shown_by(std::uint8_t* scratch, Bytes sealed, const std::uint8_t* nonce, Bytes header);

 private:
  static constexpr std::size_t max_secret_bytes = 48;  // SHA-384

  const crypto::PacketCiphers& ciphers_;
  const ngtcp2_crypto_ctx context_;
  const std::uint32_t version_;
  unsigned tries_left_ = most_tries;
  std::size_t secret_length_;
  std::uint8_t secret_[max_secret_bytes];
  std::uint8_t iv_[crypto::aead_nonce_bytes];
};

}  // namespace usquic::engine::ngtcp2
