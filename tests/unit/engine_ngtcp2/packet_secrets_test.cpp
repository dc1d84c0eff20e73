#include "engine/ngtcp2/packet_secrets.h"

#include <gtest/gtest.h>

#include <array>

#include "support/rfc9001_samples.h"

namespace usquic::test {
namespace {

using engine::ngtcp2::derive_header_key;
using engine::ngtcp2::derive_initial_secrets;
using engine::ngtcp2::derive_next_secret;
using engine::ngtcp2::derive_packet_keys;
using engine::ngtcp2::HeaderProtectionKey;
using engine::ngtcp2::initial_crypto_context;
using engine::ngtcp2::InitialSecrets;
using engine::ngtcp2::PacketKeys;
using usquic::crypto::aead_nonce_bytes;

ngtcp2_crypto_ctx chacha20_context() {
  ngtcp2_crypto_ctx context = initial_crypto_context();
  context.aead.native_handle = reinterpret_cast<void*>(std::intptr_t{GNUTLS_CIPHER_CHACHA20_POLY1305});
  return context;
}

void expect_keys(const SampleKeys& sample, std::uint32_t version, const ngtcp2_crypto_ctx& context) {
  const std::string secret = from_hex(sample.secret);
  PacketKeys keys;
  HeaderProtectionKey header;
  ASSERT_TRUE(derive_packet_keys(keys, version, context, as_bytes(secret)));
  ASSERT_TRUE(derive_header_key(header, version, context, as_bytes(secret)));
  EXPECT_EQ(to_hex({keys.key, sample.key.size() / 2}), sample.key);
  EXPECT_EQ(to_hex({keys.iv, crypto::aead_nonce_bytes}), sample.iv);
  EXPECT_EQ(to_hex({header.key, sample.header_key.size() / 2}), sample.header_key);
}

void expect_initial_secrets(std::uint32_t version, const SampleKeys& client, const SampleKeys& server) {
  const std::string dcid = from_hex(sample_dcid);
  ngtcp2_cid cid;
  ngtcp2_cid_init(&cid, as_bytes(dcid).data(), dcid.size());
  InitialSecrets secrets;
  ASSERT_TRUE(derive_initial_secrets(secrets, version, cid));
  EXPECT_EQ(to_hex(secrets.client), client.secret);
  EXPECT_EQ(to_hex(secrets.server), server.secret);
  expect_keys(client, version, initial_crypto_context());
  expect_keys(server, version, initial_crypto_context());
}

TEST(PacketSecrets, OfInitialPacketsAreAsInRfc9001AppendixA1) {
  expect_initial_secrets(NGTCP2_PROTO_VER_V1, client_initial_keys, server_initial_keys);
}

TEST(PacketSecrets, OfInitialPacketsOfVersion2AreAsInRfc9369AppendixA1) {
  expect_initial_secrets(NGTCP2_PROTO_VER_V2, client_initial_keys_of_v2, server_initial_keys_of_v2);
}

TEST(PacketSecrets, KeysOf32BytesAreAsInRfc9001AppendixA5) {
  expect_keys(chacha20_keys, NGTCP2_PROTO_VER_V1, chacha20_context());
}

TEST(PacketSecrets, TheNextOneIsAsInRfc9001AppendixA5) {
  const std::string secret = from_hex(chacha20_keys.secret);
  std::array<std::uint8_t, 32> next{};
  ASSERT_TRUE(derive_next_secret(next, NGTCP2_PROTO_VER_V1, chacha20_context(), as_bytes(secret)));
  EXPECT_EQ(to_hex(next), chacha20_next_secret);
}

}  // namespace
}  // namespace usquic::test
