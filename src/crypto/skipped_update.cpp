#include "crypto/skipped_update.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/packet_secrets.h"
#include "crypto/secret_bytes.h"

namespace usquic::crypto {

SkippedUpdate::SkippedUpdate(const PacketCiphers& ciphers, std::uint32_t version, CipherSuite suite,
                             Bytes secret, const std::uint8_t* iv)
    : ciphers_(ciphers), suite_(suite), version_(version), secret_length_(secret.size()) {
  CHECK(secret.size() <= max_hash_bytes);
  std::ranges::copy(secret, secret_);
  std::copy_n(iv, aead_nonce_bytes, iv_);
}

SkippedUpdate::~SkippedUpdate() {
  wipe(secret_);
}

bool SkippedUpdate::is_shown_by(std::uint8_t* scratch, Bytes sealed, const std::uint8_t* nonce,
                                Bytes header) {
  if (tries_left_ == 0) return false;
  --tries_left_;
  struct Secret {
    ~Secret() { wipe(bytes); }
    std::uint8_t bytes[max_hash_bytes];
  };
  Secret next;
  Secret later;
  PacketKeys keys;
  if (!derive_next_secret({next.bytes, secret_length_}, version_, suite_, {secret_, secret_length_}) ||
      !derive_next_secret({later.bytes, secret_length_}, version_, suite_, {next.bytes, secret_length_}) ||
      !derive_packet_keys(keys, version_, suite_, {later.bytes, secret_length_})) {
    return false;
  }
  const auto key = ciphers_.aead_key(suite_.aead, keys.key);
  if (key == nullptr) return false;
  // RFC 9001 section 5.3: the IV and the packet number, which stays.
  std::uint8_t own_nonce[aead_nonce_bytes];
  for (std::size_t i = 0; i < aead_nonce_bytes; ++i) {
    own_nonce[i] = static_cast<std::uint8_t>(keys.iv[i] ^ iv_[i] ^ nonce[i]);
  }
  return key->open(scratch, sealed, own_nonce, header);
}

}  // namespace usquic::crypto
