#include "engine/ngtcp2/skipped_update.h"

#include <algorithm>

#include "base/check.h"
#include "engine/ngtcp2/packet_secrets.h"

namespace usquic::engine::ngtcp2 {

SkippedUpdate::SkippedUpdate(const crypto::PacketCiphers& ciphers, std::uint32_t version,
                             const ngtcp2_crypto_ctx& context, Bytes secret, const std::uint8_t* iv)
    : ciphers_(ciphers), context_(context), version_(version), secret_length_(secret.size()) {
  CHECK(secret.size() <= max_secret_bytes);
  std::ranges::copy(secret, secret_);
  std::copy_n(iv, crypto::aead_nonce_bytes, iv_);
}

SkippedUpdate::~SkippedUpdate() {
  gnutls_memset(secret_, 0, sizeof(secret_));
}

bool SkippedUpdate::is_shown_by(std::uint8_t* scratch, Bytes sealed, const std::uint8_t* nonce,
                                Bytes header) {
  if (tries_left_ == 0) return false;
  --tries_left_;
  struct Secret {
    ~Secret() { gnutls_memset(bytes, 0, sizeof(bytes)); }
    std::uint8_t bytes[max_secret_bytes];
  };
  Secret next;
  Secret later;
  PacketKeys keys;
  if (!derive_next_secret({next.bytes, secret_length_}, version_, context_, {secret_, secret_length_}) ||
      !derive_next_secret({later.bytes, secret_length_}, version_, context_, {next.bytes, secret_length_}) ||
      !derive_packet_keys(keys, version_, context_, {later.bytes, secret_length_})) {
    return false;
  }
  const auto key = ciphers_.aead_key(cipher_of(context_.aead), keys.key);
  if (key == nullptr) return false;
  // RFC 9001 section 5.3: the IV and the packet number, which stays.
  std::uint8_t own_nonce[crypto::aead_nonce_bytes];
  for (std::size_t i = 0; i < crypto::aead_nonce_bytes; ++i) {
    own_nonce[i] = static_cast<std::uint8_t>(keys.iv[i] ^ iv_[i] ^ nonce[i]);
  }
  return key->open(scratch, sealed, own_nonce, header);
}

}  // namespace usquic::engine::ngtcp2
