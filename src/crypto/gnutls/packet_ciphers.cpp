#include <gnutls/crypto.h>

#include <cstring>
#include <new>

#include "crypto/packet_ciphers.h"

namespace usquic::crypto {
namespace {

gnutls_datum_t key_datum(Aead aead, const std::uint8_t* key) {
  return {const_cast<std::uint8_t*>(key), static_cast<unsigned>(key_bytes(aead))};
}

class LibraryAeadKey final : public AeadKey {
 public:
  explicit LibraryAeadKey(gnutls_aead_cipher_hd_t handle) : handle_(handle) {}
  ~LibraryAeadKey() override { gnutls_aead_cipher_deinit(handle_); }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    std::size_t length = plaintext.size() + aead_tag_bytes;
    return gnutls_aead_cipher_encrypt(handle_, nonce, aead_nonce_bytes, header.data(), header.size(),
                                      aead_tag_bytes, plaintext.data(), plaintext.size(), to, &length) == 0;
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    if (sealed.size() < aead_tag_bytes) return false;
    std::size_t length = sealed.size() - aead_tag_bytes;
    return gnutls_aead_cipher_decrypt(handle_, nonce, aead_nonce_bytes, header.data(), header.size(),
                                      aead_tag_bytes, sealed.data(), sealed.size(), to, &length) == 0;
  }

 private:
  const gnutls_aead_cipher_hd_t handle_;
};

class LibraryHeaderKey : public HeaderKey {
 public:
  explicit LibraryHeaderKey(gnutls_cipher_hd_t handle) : handle_(handle) {}
  ~LibraryHeaderKey() override { gnutls_cipher_deinit(handle_); }

 protected:
  const gnutls_cipher_hd_t handle_;
};

// RFC 9001 section 5.4.3. AES-ECB of one block is AES-CBC of it with an IV of zeros.
class LibraryAesHeaderKey final : public LibraryHeaderKey {
 public:
  using LibraryHeaderKey::LibraryHeaderKey;

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    std::uint8_t iv[header_sample_bytes] = {};
    std::uint8_t block[header_sample_bytes];
    gnutls_cipher_set_iv(handle_, iv, sizeof(iv));
    if (gnutls_cipher_encrypt2(handle_, sample, header_sample_bytes, block, sizeof(block)) != 0) return false;
    std::memcpy(to, block, header_mask_bytes);
    return true;
  }
};

// RFC 9001 section 5.4.4: the sample is the block counter and the nonce.
class LibraryChaCha20HeaderKey final : public LibraryHeaderKey {
 public:
  using LibraryHeaderKey::LibraryHeaderKey;

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    const std::uint8_t zeros[header_mask_bytes] = {};
    gnutls_cipher_set_iv(handle_, const_cast<std::uint8_t*>(sample), header_sample_bytes);
    return gnutls_cipher_encrypt2(handle_, zeros, sizeof(zeros), to, header_mask_bytes) == 0;
  }
};

// What GnuTLS calls the ciphers of payloads and of headers.
struct Names {
  gnutls_cipher_algorithm_t aead = GNUTLS_CIPHER_UNKNOWN;
  gnutls_cipher_algorithm_t header = GNUTLS_CIPHER_UNKNOWN;
};

Names names(Aead aead) {
  switch (aead) {
    case Aead::aes_128_gcm:
      return {GNUTLS_CIPHER_AES_128_GCM, GNUTLS_CIPHER_AES_128_CBC};
    case Aead::aes_256_gcm:
      return {GNUTLS_CIPHER_AES_256_GCM, GNUTLS_CIPHER_AES_256_CBC};
    case Aead::chacha20_poly1305:
      return {GNUTLS_CIPHER_CHACHA20_POLY1305, GNUTLS_CIPHER_CHACHA20_32};
  }
  return {};
}

class TlsLibraryCiphers final : public PacketCiphers {
 public:
  std::unique_ptr<AeadKey> aead_key(Aead aead, const std::uint8_t* key) const override {
    const gnutls_cipher_algorithm_t cipher = names(aead).aead;
    if (cipher == GNUTLS_CIPHER_UNKNOWN) return nullptr;
    const gnutls_datum_t datum = key_datum(aead, key);
    gnutls_aead_cipher_hd_t handle = nullptr;
    if (gnutls_aead_cipher_init(&handle, cipher, &datum) != 0) return nullptr;
    auto* made = new (std::nothrow) LibraryAeadKey(handle);
    if (made == nullptr) gnutls_aead_cipher_deinit(handle);
    return std::unique_ptr<AeadKey>(made);
  }

  std::unique_ptr<HeaderKey> header_key(Aead aead, const std::uint8_t* key) const override {
    const gnutls_cipher_algorithm_t cipher = names(aead).header;
    if (cipher == GNUTLS_CIPHER_UNKNOWN) return nullptr;
    const gnutls_datum_t datum = key_datum(aead, key);
    gnutls_cipher_hd_t handle = nullptr;
    if (gnutls_cipher_init(&handle, cipher, &datum, nullptr) != 0) return nullptr;
    HeaderKey* made = nullptr;
    if (cipher == GNUTLS_CIPHER_CHACHA20_32) {
      made = new (std::nothrow) LibraryChaCha20HeaderKey(handle);
    } else {
      made = new (std::nothrow) LibraryAesHeaderKey(handle);
    }
    if (made == nullptr) gnutls_cipher_deinit(handle);
    return std::unique_ptr<HeaderKey>(made);
  }
};

}  // namespace

std::unique_ptr<PacketCiphers> tls_library_ciphers() {
  return std::make_unique<TlsLibraryCiphers>();
}

}  // namespace usquic::crypto
