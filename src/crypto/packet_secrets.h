// The key schedule of packet protection: from secrets to keys, and from one secret to the next (RFC 9001
// sections 5.1, 5.2 and 6.1; RFC 9369 section 3.3 for version 2).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "crypto/cipher_suite.h"
#include "crypto/packet_ciphers.h"

namespace usquic::crypto {

// The hash of TLS_AES_128_GCM_SHA256, whose secrets Initial packets have whatever TLS agrees on.
constexpr std::size_t initial_secret_bytes = 32;

// What the payloads of one direction at one encryption level are protected with. Key material is erased at
// the end of these.
struct PacketKeys {
  PacketKeys() = default;
  ~PacketKeys();
  PacketKeys(const PacketKeys&) = delete;
  PacketKeys& operator=(const PacketKeys&) = delete;

  std::uint8_t key[max_cipher_key_bytes];
  std::uint8_t iv[aead_nonce_bytes];
};

struct HeaderProtectionKey {
  HeaderProtectionKey() = default;
  ~HeaderProtectionKey();
  HeaderProtectionKey(const HeaderProtectionKey&) = delete;
  HeaderProtectionKey& operator=(const HeaderProtectionKey&) = delete;

  std::uint8_t key[max_cipher_key_bytes];
};

struct InitialSecrets {
  InitialSecrets() = default;
  ~InitialSecrets();
  InitialSecrets(const InitialSecrets&) = delete;
  InitialSecrets& operator=(const InitialSecrets&) = delete;

  std::uint8_t client[initial_secret_bytes];
  std::uint8_t server[initial_secret_bytes];
};

// Of a version that is not known: as for version 1. false, of all of these: the TLS library failed.
bool derive_initial_secrets(InitialSecrets& to, std::uint32_t version, Bytes client_dcid);
bool derive_packet_keys(PacketKeys& to, std::uint32_t version, CipherSuite suite, Bytes secret);
bool derive_header_key(HeaderProtectionKey& to, std::uint32_t version, CipherSuite suite, Bytes secret);
// The secret after a key update.
bool derive_next_secret(MutableBytes to, std::uint32_t version, CipherSuite suite, Bytes secret);

}  // namespace usquic::crypto
