// What packets are protected with (RFC 9001 section 5.3): the AEADs and hashes of TLS 1.3's cipher suites (RFC
// 8446 appendix B.4), by names that belong to no library. AES-128-CCM, which no browser offers, is left out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace usquic::crypto {

enum class Aead : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

enum class Hash : std::uint8_t { sha256, sha384 };

struct CipherSuite {
  Aead aead = Aead::aes_128_gcm;
  Hash hash = Hash::sha256;

  friend bool operator==(const CipherSuite&, const CipherSuite&) = default;
};

// Initial packets have this one, whatever TLS agrees on (RFC 9001 section 5.2).
constexpr CipherSuite initial_cipher_suite{Aead::aes_128_gcm, Hash::sha256};

constexpr std::size_t max_cipher_key_bytes = 32;
constexpr std::size_t max_hash_bytes = 48;

constexpr std::size_t key_bytes(Aead aead) {
  return aead == Aead::aes_128_gcm ? 16 : 32;
}

constexpr std::size_t hash_bytes(Hash hash) {
  return hash == Hash::sha384 ? 48 : 32;
}

// RFC 9001 section 6.6: how many packets may be protected with one set of keys, ...
constexpr std::uint64_t confidentiality_limit(Aead aead) {
  switch (aead) {
    case Aead::aes_128_gcm:
    case Aead::aes_256_gcm:
      return std::uint64_t{1} << 23;
    case Aead::chacha20_poly1305:
      break;
  }
  return UINT64_MAX;  // more than there are packet numbers
}

// ... and how many that are not authentic may be received in a connection.
constexpr std::uint64_t integrity_limit(Aead aead) {
  switch (aead) {
    case Aead::aes_128_gcm:
    case Aead::aes_256_gcm:
      return std::uint64_t{1} << 52;
    case Aead::chacha20_poly1305:
      break;
  }
  return std::uint64_t{1} << 36;
}

}  // namespace usquic::crypto
