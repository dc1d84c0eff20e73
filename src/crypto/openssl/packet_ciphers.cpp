#include "crypto/packet_ciphers.h"

#include <openssl/evp.h>

#include <cstring>
#include <new>

namespace usquic::crypto {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// The lengths of packets and of their headers, which OpenSSL takes as int.
int length_of(Bytes bytes) {
  return static_cast<int>(bytes.size());
}

class LibraryAeadKey final : public AeadKey {
 public:
  explicit LibraryAeadKey(CipherContext context) : context_(std::move(context)) {}

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    EVP_CIPHER_CTX* context = context_.get();
    int length = 0;
    return EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce, nullptr) == 1 &&
           EVP_EncryptUpdate(context, nullptr, &length, header.data(), length_of(header)) == 1 &&
           EVP_EncryptUpdate(context, to, &length, plaintext.data(), length_of(plaintext)) == 1 &&
           EVP_EncryptFinal_ex(context, to + length, &length) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, aead_tag_bytes, to + plaintext.size()) == 1;
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    if (sealed.size() < aead_tag_bytes) return false;
    const Bytes ciphertext = sealed.first(sealed.size() - aead_tag_bytes);
    // OpenSSL copies the tag.
    auto* tag = const_cast<std::uint8_t*>(sealed.data() + ciphertext.size());
    EVP_CIPHER_CTX* context = context_.get();
    int length = 0;
    return EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce, nullptr) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead_tag_bytes, tag) == 1 &&
           EVP_DecryptUpdate(context, nullptr, &length, header.data(), length_of(header)) == 1 &&
           EVP_DecryptUpdate(context, to, &length, ciphertext.data(), length_of(ciphertext)) == 1 &&
           EVP_DecryptFinal_ex(context, to + length, &length) == 1;
  }

 private:
  const CipherContext context_;
};

// RFC 9001 section 5.4.3.
class LibraryAesHeaderKey final : public HeaderKey {
 public:
  explicit LibraryAesHeaderKey(CipherContext context) : context_(std::move(context)) {}

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    std::uint8_t block[header_sample_bytes];
    int length = 0;
    if (EVP_EncryptUpdate(context_.get(), block, &length, sample, header_sample_bytes) != 1) return false;
    std::memcpy(to, block, header_mask_bytes);
    return true;
  }

 private:
  const CipherContext context_;
};

// RFC 9001 section 5.4.4: the sample is the block counter and the nonce.
class LibraryChaCha20HeaderKey final : public HeaderKey {
 public:
  explicit LibraryChaCha20HeaderKey(CipherContext context) : context_(std::move(context)) {}

  bool mask(std::uint8_t* to, const std::uint8_t* sample) override {
    const std::uint8_t zeros[header_mask_bytes] = {};
    int length = 0;
    return EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, sample, nullptr) == 1 &&
           EVP_EncryptUpdate(context_.get(), to, &length, zeros, sizeof(zeros)) == 1;
  }

 private:
  const CipherContext context_;
};

// The ciphers of payloads and of headers, looked up once; nullptr: this OpenSSL has none.
struct Ciphers {
  const EVP_CIPHER* aead;
  const EVP_CIPHER* header;
};

const EVP_CIPHER* fetch(const char* name) {
  return EVP_CIPHER_fetch(nullptr, name, nullptr);
}

const Ciphers& ciphers_of(Aead aead) {
  static const Ciphers aes_128_gcm{fetch("AES-128-GCM"), fetch("AES-128-ECB")};
  static const Ciphers aes_256_gcm{fetch("AES-256-GCM"), fetch("AES-256-ECB")};
  static const Ciphers chacha20{fetch("ChaCha20-Poly1305"), fetch("ChaCha20")};
  switch (aead) {
    case Aead::aes_128_gcm:
      return aes_128_gcm;
    case Aead::aes_256_gcm:
      return aes_256_gcm;
    case Aead::chacha20_poly1305:
      return chacha20;
  }
  static const Ciphers none{};
  return none;
}

// nullptr: no memory, or no such cipher.
CipherContext make_context(const EVP_CIPHER* cipher, const std::uint8_t* key) {
  if (cipher == nullptr) return nullptr;
  CipherContext context(EVP_CIPHER_CTX_new());
  const bool is_made =
      context != nullptr && EVP_EncryptInit_ex2(context.get(), cipher, key, nullptr, nullptr) == 1;
  return is_made ? std::move(context) : nullptr;
}

template <class Base, class Key>
std::unique_ptr<Base> wrap(CipherContext context) {
  if (context == nullptr) return nullptr;
  return std::unique_ptr<Base>(new (std::nothrow) Key(std::move(context)));
}

class TlsLibraryCiphers final : public PacketCiphers {
 public:
  std::unique_ptr<AeadKey> aead_key(Aead aead, const std::uint8_t* key) const override {
    return wrap<AeadKey, LibraryAeadKey>(make_context(ciphers_of(aead).aead, key));
  }

  std::unique_ptr<HeaderKey> header_key(Aead aead, const std::uint8_t* key) const override {
    CipherContext context = make_context(ciphers_of(aead).header, key);
    return aead == Aead::chacha20_poly1305 ? wrap<HeaderKey, LibraryChaCha20HeaderKey>(std::move(context))
                                           : wrap<HeaderKey, LibraryAesHeaderKey>(std::move(context));
  }
};

}  // namespace

std::unique_ptr<PacketCiphers> tls_library_ciphers() {
  return std::make_unique<TlsLibraryCiphers>();
}

}  // namespace usquic::crypto
