#include "crypto/packet_ciphers.h"

#include <cstring>
#include <new>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {
namespace {

class LazyAeadKey final : public AeadKey {
 public:
  LazyAeadKey(const PacketCiphers& ciphers, Aead aead, const std::uint8_t* key)
      : ciphers_(ciphers), aead_(aead) {
    std::memcpy(key_, key, key_bytes(aead));
  }
  ~LazyAeadKey() override { wipe(key_); }

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    return is_made() && made_->seal(to, plaintext, nonce, header);
  }

  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    return is_made() && made_->open(to, sealed, nonce, header);
  }

 private:
  bool is_made() {
    if (made_ == nullptr) made_ = ciphers_.aead_key(aead_, key_);
    return made_ != nullptr;
  }

  const PacketCiphers& ciphers_;
  const Aead aead_;
  std::uint8_t key_[max_cipher_key_bytes] = {};
  std::unique_ptr<AeadKey> made_;
};

}  // namespace

std::unique_ptr<PacketCiphers> make_packet_ciphers(CipherSource source) {
  std::unique_ptr<PacketCiphers> ciphers;
  if (source == CipherSource::fastest) ciphers = ipsec_mb_ciphers();
  return ciphers != nullptr ? std::move(ciphers) : tls_library_ciphers();
}

std::unique_ptr<AeadKey> make_lazy_aead_key(const PacketCiphers& ciphers, Aead aead,
                                            const std::uint8_t* key) {
  return std::unique_ptr<AeadKey>(new (std::nothrow) LazyAeadKey(ciphers, aead, key));
}

}  // namespace usquic::crypto
