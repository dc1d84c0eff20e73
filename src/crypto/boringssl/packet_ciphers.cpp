#include "crypto/packet_ciphers.h"

#include <openssl/aead.h>
#include <openssl/aes.h>
#include <openssl/chacha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {
namespace {

const EVP_AEAD* algorithm_of(Aead aead) {
  switch (aead) {
    case Aead::aes_128_gcm:
      return EVP_aead_aes_128_gcm();
    case Aead::aes_256_gcm:
      return EVP_aead_aes_256_gcm();
    case Aead::chacha20_poly1305:
      return EVP_aead_chacha20_poly1305();
  }
  return nullptr;
}

class LibraryAeadKey final : public AeadKey {
 public:
  LibraryAeadKey() { EVP_AEAD_CTX_zero(&context_); }
  ~LibraryAeadKey() override { EVP_AEAD_CTX_cleanup(&context_); }
  LibraryAeadKey(const LibraryAeadKey&) = delete;
  LibraryAeadKey& operator=(const LibraryAeadKey&) = delete;

  bool set(const EVP_AEAD* algorithm, const std::uint8_t* key) {
    return algorithm != nullptr &&
           EVP_AEAD_CTX_init(&context_, algorithm, key, EVP_AEAD_key_length(algorithm), aead_tag_bytes,
                             nullptr) == 1;
  }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    std::size_t length = 0;
    return EVP_AEAD_CTX_seal(&context_, to, &length, plaintext.size() + aead_tag_bytes, nonce,
                             aead_nonce_bytes, plaintext.data(), plaintext.size(), header.data(),
                             header.size()) == 1;
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    if (sealed.size() < aead_tag_bytes) return false;
    std::size_t length = 0;
    return EVP_AEAD_CTX_open(&context_, to, &length, sealed.size() - aead_tag_bytes, nonce, aead_nonce_bytes,
                             sealed.data(), sealed.size(), header.data(), header.size()) == 1;
  }

 private:
  EVP_AEAD_CTX context_;
};

// RFC 9001 section 5.4.3.
class LibraryAesHeaderKey final : public HeaderKey {
 public:
  LibraryAesHeaderKey() = default;
  ~LibraryAesHeaderKey() override { wipe({reinterpret_cast<std::uint8_t*>(&key_), sizeof(key_)}); }
  LibraryAesHeaderKey(const LibraryAesHeaderKey&) = delete;
  LibraryAesHeaderKey& operator=(const LibraryAesHeaderKey&) = delete;

  bool set(Bytes key) {
    return AES_set_encrypt_key(key.data(), static_cast<unsigned>(key.size() * 8), &key_) == 0;
  }

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    std::uint8_t block[header_sample_bytes];
    AES_encrypt(sample, block, &key_);
    std::memcpy(to, block, header_mask_bytes);
    return true;
  }

 private:
  AES_KEY key_;
};

// RFC 9001 section 5.4.4: the sample is the block counter, its least byte first, and the nonce.
class LibraryChaCha20HeaderKey final : public HeaderKey {
 public:
  explicit LibraryChaCha20HeaderKey(const std::uint8_t* key) { std::copy_n(key, key_.size(), key_.begin()); }
  ~LibraryChaCha20HeaderKey() override { wipe(key_); }
  LibraryChaCha20HeaderKey(const LibraryChaCha20HeaderKey&) = delete;
  LibraryChaCha20HeaderKey& operator=(const LibraryChaCha20HeaderKey&) = delete;

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    constexpr std::size_t counter_bytes = 4;
    const std::uint8_t zeros[header_mask_bytes] = {};
    std::uint32_t counter = 0;
    for (std::size_t i = counter_bytes; i-- > 0;) counter = counter << 8 | sample[i];
    CRYPTO_chacha_20(to, zeros, sizeof(zeros), key_.data(), sample + counter_bytes, counter);
    return true;
  }

 private:
  std::array<std::uint8_t, 32> key_;
};

std::unique_ptr<HeaderKey> aes_header_key(Bytes key) {
  std::unique_ptr<LibraryAesHeaderKey> made(new (std::nothrow) LibraryAesHeaderKey());
  return made != nullptr && made->set(key) ? std::move(made) : nullptr;
}

class TlsLibraryCiphers final : public PacketCiphers {
 public:
  std::unique_ptr<AeadKey> aead_key(Aead aead, const std::uint8_t* key) const override {
    std::unique_ptr<LibraryAeadKey> made(new (std::nothrow) LibraryAeadKey());
    return made != nullptr && made->set(algorithm_of(aead), key) ? std::move(made) : nullptr;
  }

  std::unique_ptr<HeaderKey> header_key(Aead aead, const std::uint8_t* key) const override {
    switch (aead) {
      case Aead::aes_128_gcm:
        return aes_header_key({key, 16});
      case Aead::aes_256_gcm:
        return aes_header_key({key, 32});
      case Aead::chacha20_poly1305:
        return std::unique_ptr<HeaderKey>(new (std::nothrow) LibraryChaCha20HeaderKey(key));
    }
    return nullptr;
  }
};

}  // namespace

std::unique_ptr<PacketCiphers> tls_library_ciphers() {
  return std::make_unique<TlsLibraryCiphers>();
}

}  // namespace usquic::crypto
