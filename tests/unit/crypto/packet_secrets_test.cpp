#include "crypto/packet_secrets.h"

#include <gtest/gtest.h>

#include <array>

#include "crypto/quic_versions.h"
#include "support/rfc9001_samples.h"

namespace usquic::crypto {
namespace {

using namespace test;

constexpr CipherSuite chacha20_suite{Aead::chacha20_poly1305, Hash::sha256};

void expect_keys(const SampleKeys& sample, std::uint32_t version, CipherSuite suite) {
  const std::string secret = from_hex(sample.secret);
  PacketKeys keys;
  HeaderProtectionKey header;
  ASSERT_TRUE(derive_packet_keys(keys, version, suite, as_bytes(secret)));
  ASSERT_TRUE(derive_header_key(header, version, suite, as_bytes(secret)));
  EXPECT_EQ(to_hex({keys.key, sample.key.size() / 2}), sample.key);
  EXPECT_EQ(to_hex({keys.iv, aead_nonce_bytes}), sample.iv);
  EXPECT_EQ(to_hex({header.key, sample.header_key.size() / 2}), sample.header_key);
}

void expect_initial_secrets(std::uint32_t version, const SampleKeys& client, const SampleKeys& server) {
  const std::string dcid = from_hex(sample_dcid);
  InitialSecrets secrets;
  ASSERT_TRUE(derive_initial_secrets(secrets, version, as_bytes(dcid)));
  EXPECT_EQ(to_hex(secrets.client), client.secret);
  EXPECT_EQ(to_hex(secrets.server), server.secret);
  expect_keys(client, version, initial_cipher_suite);
  expect_keys(server, version, initial_cipher_suite);
}

TEST(PacketSecrets, OfInitialPacketsAreAsInRfc9001AppendixA1) {
  expect_initial_secrets(quic_version_1, client_initial_keys, server_initial_keys);
}

TEST(PacketSecrets, OfInitialPacketsOfVersion2AreAsInRfc9369AppendixA1) {
  expect_initial_secrets(quic_version_2, client_initial_keys_of_v2, server_initial_keys_of_v2);
}

TEST(PacketSecrets, KeysOf32BytesAreAsInRfc9001AppendixA5) {
  expect_keys(chacha20_keys, quic_version_1, chacha20_suite);
}

TEST(PacketSecrets, TheNextOneIsAsInRfc9001AppendixA5) {
  const std::string secret = from_hex(chacha20_keys.secret);
  std::array<std::uint8_t, 32> next{};
  ASSERT_TRUE(derive_next_secret(next, quic_version_1, chacha20_suite, as_bytes(secret)));
  EXPECT_EQ(to_hex(next), chacha20_next_secret);
}

}  // namespace
}  // namespace usquic::crypto
