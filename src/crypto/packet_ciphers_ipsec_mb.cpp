#include "crypto/packet_ciphers.h"

#ifndef USQUIC_IPSEC_MB

namespace usquic::crypto {

std::unique_ptr<PacketCiphers> ipsec_mb_ciphers() {
  return nullptr;
}

}  // namespace usquic::crypto

#else

#include <intel-ipsec-mb.h>
#include <wmmintrin.h>

#include <cstring>
#include <new>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {
namespace {

// The tags of two packets are compared without telling by time where they differ.
bool tags_are_equal(const std::uint8_t* a, const std::uint8_t* b) {
  std::uint64_t halves_of_a[2];
  std::uint64_t halves_of_b[2];
  static_assert(sizeof(halves_of_a) == aead_tag_bytes);
  std::memcpy(halves_of_a, a, aead_tag_bytes);
  std::memcpy(halves_of_b, b, aead_tag_bytes);
  return ((halves_of_a[0] ^ halves_of_b[0]) | (halves_of_a[1] ^ halves_of_b[1])) == 0;
}

// The functions for one key length of AES.
struct AesFunctions {
  aes_gcm_pre_t prepare;
  aes_gcm_enc_dec_t encrypt;
  aes_gcm_enc_dec_t decrypt;
  keyexp_t expand;
  int rounds;
};

struct ChaCha20Functions {
  chacha_poly_init_t begin;
  chacha_poly_enc_dec_update_t encrypt;
  chacha_poly_enc_dec_update_t decrypt;
  chacha_poly_finalize_t finish;
};

class AesGcmKey final : public AeadKey {
 public:
  AesGcmKey(const AesFunctions& functions, const std::uint8_t* key)
      : encrypt_(functions.encrypt), decrypt_(functions.decrypt) {
    functions.prepare(key, &key_);
  }
  ~AesGcmKey() override { wipe({reinterpret_cast<std::uint8_t*>(&key_), sizeof(key_)}); }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    gcm_context_data context;
    encrypt_(&key_, &context, to, plaintext.data(), plaintext.size(), nonce, header.data(), header.size(),
             to + plaintext.size(), aead_tag_bytes);
    return true;
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    if (sealed.size() < aead_tag_bytes) return false;
    const Bytes ciphertext = sealed.first(sealed.size() - aead_tag_bytes);
    gcm_context_data context;
    std::uint8_t tag[aead_tag_bytes];
    decrypt_(&key_, &context, to, ciphertext.data(), ciphertext.size(), nonce, header.data(), header.size(),
             tag, aead_tag_bytes);
    return tags_are_equal(tag, sealed.data() + ciphertext.size());
  }

 private:
  const aes_gcm_enc_dec_t encrypt_;
  const aes_gcm_enc_dec_t decrypt_;
  alignas(64) gcm_key_data key_;  // as its header has it, behind a macro of the library's own build
};

class ChaCha20Poly1305Key final : public AeadKey {
 public:
  ChaCha20Poly1305Key(const ChaCha20Functions& functions, const std::uint8_t* key) : functions_(functions) {
    std::memcpy(key_, key, sizeof(key_));
  }
  ~ChaCha20Poly1305Key() override { wipe(key_); }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    run(functions_.encrypt, to, plaintext, nonce, header, to + plaintext.size());
    return true;
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    if (sealed.size() < aead_tag_bytes) return false;
    const Bytes ciphertext = sealed.first(sealed.size() - aead_tag_bytes);
    std::uint8_t tag[aead_tag_bytes];
    run(functions_.decrypt, to, ciphertext, nonce, header, tag);
    return tags_are_equal(tag, sealed.data() + ciphertext.size());
  }

 private:
  void run(chacha_poly_enc_dec_update_t update, std::uint8_t* to, Bytes from, const std::uint8_t* nonce,
           Bytes header, std::uint8_t* tag) const {
    chacha20_poly1305_context_data context;
    functions_.begin(key_, &context, nonce, header.data(), header.size());
    update(key_, &context, to, from.data(), from.size());
    functions_.finish(&context, tag, aead_tag_bytes);
  }

  const ChaCha20Functions functions_;
  alignas(16) std::uint8_t key_[32];
};

// RFC 9001 section 5.4.3: one block of AES-ECB, for which IPsec-MB has jobs alone. Its key schedule is as
// AESENC wants it.
class AesHeaderKey final : public HeaderKey {
 public:
  AesHeaderKey(const AesFunctions& functions, const std::uint8_t* key) : rounds_(functions.rounds) {
    alignas(16) std::uint8_t for_decryption[sizeof(round_keys_)];
    functions.expand(key, round_keys_, for_decryption);
    wipe(for_decryption);
  }
  ~AesHeaderKey() override { wipe(round_keys_); }

  __attribute__((target("aes"))) bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    const auto* keys = reinterpret_cast<const __m128i*>(round_keys_);
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(sample));
    block = _mm_xor_si128(block, _mm_load_si128(keys));
    for (int i = 1; i < rounds_; ++i) block = _mm_aesenc_si128(block, _mm_load_si128(keys + i));
    block = _mm_aesenclast_si128(block, _mm_load_si128(keys + rounds_));
    std::memcpy(to, &block, header_mask_bytes);
    return true;
  }

 private:
  static constexpr std::size_t max_round_keys = 15;

  const int rounds_;
  alignas(16) std::uint8_t round_keys_[max_round_keys * 16];
};

class IpsecMbCiphers final : public PacketCiphers {
 public:
  explicit IpsecMbCiphers(const IMB_MGR& manager)
      : aes_128_{manager.gcm128_pre, manager.gcm128_enc, manager.gcm128_dec, manager.keyexp_128, 10},
        aes_256_{manager.gcm256_pre, manager.gcm256_enc, manager.gcm256_dec, manager.keyexp_256, 14},
        chacha20_{manager.chacha20_poly1305_init, manager.chacha20_poly1305_enc_update,
                  manager.chacha20_poly1305_dec_update, manager.chacha20_poly1305_finalize} {}

  std::unique_ptr<AeadKey> aead_key(Aead aead, const std::uint8_t* key) const override {
    switch (aead) {
      case Aead::aes_128_gcm:
        return std::unique_ptr<AeadKey>(new (std::nothrow) AesGcmKey(aes_128_, key));
      case Aead::aes_256_gcm:
        return std::unique_ptr<AeadKey>(new (std::nothrow) AesGcmKey(aes_256_, key));
      case Aead::chacha20_poly1305:
        return std::unique_ptr<AeadKey>(new (std::nothrow) ChaCha20Poly1305Key(chacha20_, key));
      default:
        return others_->aead_key(aead, key);
    }
  }

  std::unique_ptr<HeaderKey> header_key(Aead aead, const std::uint8_t* key) const override {
    switch (aead) {
      case Aead::aes_128_gcm:
        return std::unique_ptr<HeaderKey>(new (std::nothrow) AesHeaderKey(aes_128_, key));
      case Aead::aes_256_gcm:
        return std::unique_ptr<HeaderKey>(new (std::nothrow) AesHeaderKey(aes_256_, key));
      default:
        return others_->header_key(aead, key);
    }
  }

 private:
  const AesFunctions aes_128_;
  const AesFunctions aes_256_;
  const ChaCha20Functions chacha20_;
  const std::unique_ptr<PacketCiphers> others_ = tls_library_ciphers();
};

struct ManagerDeleter {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

}  // namespace

// A manager has 200 KB of state for jobs, and functions that fit the processor. The functions that take no
// jobs need nothing of the state, so they are all that is kept.
std::unique_ptr<PacketCiphers> ipsec_mb_ciphers() {
  const std::unique_ptr<IMB_MGR, ManagerDeleter> manager(alloc_mb_mgr(0));
  if (manager == nullptr) return nullptr;
  init_mb_mgr_auto(manager.get(), nullptr);
  // Without the instructions for AES it has slow ones that stand for them.
  constexpr std::uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SELF_TEST_PASS;
  if ((manager->features & needed) != needed) return nullptr;
  return std::make_unique<IpsecMbCiphers>(*manager);
}

}  // namespace usquic::crypto

#endif
