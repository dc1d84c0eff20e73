// The ciphers of packet protection (RFC 9001 sections 5.3 and 5.4): AEADs for payloads, masks for headers.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "crypto/cipher_source.h"
#include "crypto/cipher_suite.h"

namespace usquic::crypto {

// The same for every AEAD that TLS 1.3 has for QUIC.
constexpr std::size_t aead_tag_bytes = 16;
constexpr std::size_t aead_nonce_bytes = 12;
constexpr std::size_t header_sample_bytes = 16;
constexpr std::size_t header_mask_bytes = 5;

// An AEAD with a key. Both functions work in place too: `to` is then the start of the other bytes.
class AeadKey {
 public:
  virtual ~AeadKey() = default;
  AeadKey() = default;
  AeadKey(const AeadKey&) = delete;
  AeadKey& operator=(const AeadKey&) = delete;

  // Writes the ciphertext and behind it the tag. false: nothing that may be sent was written.
  virtual bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) = 0;
  // Writes the plaintext of a ciphertext that ends with its tag. false: it is not authentic, and what was
  // written means nothing.
  virtual bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) = 0;
};

// Header protection with a key.
class HeaderKey {
 public:
  virtual ~HeaderKey() = default;
  HeaderKey() = default;
  HeaderKey(const HeaderKey&) = delete;
  HeaderKey& operator=(const HeaderKey&) = delete;

  virtual bool mask(std::uint8_t* to, const std::uint8_t* sample) = 0;
};

// Makes keys. They hold no reference to it. `key` has the AEAD's length; nullptr: no memory, or no such AEAD.
class PacketCiphers {
 public:
  virtual ~PacketCiphers() = default;
  PacketCiphers() = default;
  PacketCiphers(const PacketCiphers&) = delete;
  PacketCiphers& operator=(const PacketCiphers&) = delete;

  virtual std::unique_ptr<AeadKey> aead_key(Aead aead, const std::uint8_t* key) const = 0;
  virtual std::unique_ptr<HeaderKey> header_key(Aead aead, const std::uint8_t* key) const = 0;
};

// The TLS library's.
std::unique_ptr<PacketCiphers> tls_library_ciphers();
// Those of Intel's Multi-Buffer Crypto for IPsec, and the TLS library's for what it does not do better.
// nullptr: not built in, or not for this processor.
std::unique_ptr<PacketCiphers> ipsec_mb_ciphers();

std::unique_ptr<PacketCiphers> make_packet_ciphers(CipherSource source);

// A key that is made when it is first used: for one that most connections never need. Not for keys that
// packets are opened with when the time of that must tell nothing (RFC 9001 section 6.3).
std::unique_ptr<AeadKey> make_lazy_aead_key(const PacketCiphers& ciphers, Aead aead, const std::uint8_t* key);

}  // namespace usquic::crypto
