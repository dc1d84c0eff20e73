#include "crypto/sealed_box.h"

#include <string>

#include "base/check.h"
#include "crypto/hkdf.h"
#include "crypto/packet_ciphers.h"
#include "crypto/secret_bytes.h"

namespace usquic::crypto {
namespace {

static_assert(sealed_box_overhead == aead_tag_bytes + sealed_box_random_bytes);

// The key of one box.
struct BoxKey {
  BoxKey(Bytes secret, std::string_view purpose, Bytes random) {
    constexpr Hash hash = Hash::sha256;
    std::uint8_t extracted[hash_bytes(hash)];
    std::uint8_t key[key_bytes(Aead::aes_128_gcm)];
    const std::string text(purpose);
    if (hkdf_extract(extracted, hash, secret, random) &&
        hkdf_expand(key, hash, extracted, as_bytes(text + " key")) &&
        hkdf_expand(nonce, hash, extracted, as_bytes(text + " iv"))) {
      aead = tls_library_ciphers()->aead_key(Aead::aes_128_gcm, key);
    }
    wipe(extracted);
    wipe(key);
  }

  std::unique_ptr<AeadKey> aead;  // nullptr: the TLS library failed
  std::uint8_t nonce[aead_nonce_bytes];
};

}  // namespace

bool seal_box(MutableBytes to, Bytes secret, std::string_view purpose, Bytes plaintext, Bytes associated) {
  CHECK(to.size() == plaintext.size() + sealed_box_overhead);
  const MutableBytes random = to.last(sealed_box_random_bytes);
  if (!make_secret(random)) return false;
  const BoxKey key(secret, purpose, random);
  return key.aead != nullptr && key.aead->seal(to.data(), plaintext, key.nonce, associated);
}

bool open_box(MutableBytes to, Bytes secret, std::string_view purpose, Bytes box, Bytes associated) {
  if (box.size() != to.size() + sealed_box_overhead) return false;
  const BoxKey key(secret, purpose, box.last(sealed_box_random_bytes));
  const Bytes sealed = box.first(box.size() - sealed_box_random_bytes);
  return key.aead != nullptr && key.aead->open(to.data(), sealed, key.nonce, associated);
}

}  // namespace usquic::crypto
