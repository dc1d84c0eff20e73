#include "crypto/packet_ciphers.h"

#include <cstring>
#include <new>

namespace usquic::crypto {
namespace {

class LazyAeadKey final : public AeadKey {
 public:
  LazyAeadKey(const PacketCiphers& ciphers, gnutls_cipher_algorithm_t cipher, const std::uint8_t* key)
      : ciphers_(ciphers), cipher_(cipher) {
    std::memcpy(key_, key, gnutls_cipher_get_key_size(cipher));
  }
  ~LazyAeadKey() override { gnutls_memset(key_, 0, sizeof(key_)); }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    return is_made() && made_->seal(to, plaintext, nonce, header);
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    return is_made() && made_->open(to, sealed, nonce, header);
  }

 private:
  bool is_made() {
    if (made_ == nullptr) made_ = ciphers_.aead_key(cipher_, key_);
    return made_ != nullptr;
  }

  const PacketCiphers& ciphers_;
  const gnutls_cipher_algorithm_t cipher_;
  std::uint8_t key_[max_cipher_key_bytes] = {};
  std::unique_ptr<AeadKey> made_;
};

}  // namespace

std::unique_ptr<PacketCiphers> make_packet_ciphers(CipherSource source) {
  std::unique_ptr<PacketCiphers> ciphers;
  if (source == CipherSource::fastest) ciphers = ipsec_mb_ciphers();
  return ciphers != nullptr ? std::move(ciphers) : tls_library_ciphers();
}

std::unique_ptr<AeadKey> make_lazy_aead_key(const PacketCiphers& ciphers, gnutls_cipher_algorithm_t cipher,
                                            const std::uint8_t* key) {
  return std::unique_ptr<AeadKey>(new (std::nothrow) LazyAeadKey(ciphers, cipher, key));
}

}  // namespace usquic::crypto
