// Whole connections, against a peer that protects its packets by code of its own (support/packet_keys.h).
#include "engine/ngtcp2/packet_protection.h"

#include <gtest/gtest.h>

#include <string>

#include "support/raw_network.h"

namespace usquic::test {
namespace {

using engine::CipherSource;
using std::chrono::seconds;

const char* priority_name(PacketCipher cipher) {
  switch (cipher) {
    case PacketCipher::aes_256_gcm:
      return "+AES-256-GCM";
    case PacketCipher::chacha20_poly1305:
      return "+CHACHA20-POLY1305";
    case PacketCipher::aes_128_gcm:
      break;
  }
  return "+AES-128-GCM";
}

struct Case {
  CipherSource source;
  PacketCipher cipher;
  std::uint32_t version = quic_version_1;
};

class PacketProtection : public testing::TestWithParam<Case> {
 protected:
  PacketProtection() {
    net_.pair.server.config.cipher_source = GetParam().source;
    net_.pair.client.config.cipher_source = GetParam().source;
  }

  RawPeer::Options adapted(RawPeer::Options options) const {
    options.version = GetParam().version;
    options.tls.priority = std::string("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:") +
                           priority_name(GetParam().cipher) +
                           ":-GROUP-ALL:+GROUP-X25519:%DISABLE_TLS13_COMPAT_MODE";
    return options;
  }

  // Some packets each way.
  void exchange(RawPeer& peer) {
    const std::string body(20000, 'b');
    const std::uint64_t id = next_stream_;
    next_stream_ += 4;
    peer.write(id, body, true);
    StreamRecord* s = nullptr;
    ASSERT_TRUE(net_.run(seconds(5), [&] {
      s = net_.pair.server.streams.empty() ? nullptr : net_.pair.server.streams.back().get();
      return s != nullptr && s->id == static_cast<std::int64_t>(id) && s->ended;
    }));
    EXPECT_EQ(s->body, body);
    s->write(body);
    s->handle->finish();
    ASSERT_TRUE(
        net_.run(seconds(5), [&] { return peer.stream(static_cast<std::int64_t>(id)).fin; }));
    EXPECT_EQ(peer.stream(static_cast<std::int64_t>(id)).data, body);
  }

  RawNetwork net_;
  std::uint64_t next_stream_ = 0;
};

TEST_P(PacketProtection, OfAServerIsUnderstood) {
  net_.start();
  RawPeer& peer = net_.join_client(adapted(net_.client_options()));
  ASSERT_NE(net_.connection, nullptr);
  exchange(peer);
  EXPECT_FALSE(peer.close());
}

TEST_P(PacketProtection, OfAServerFollowsKeyUpdates) {
  net_.start();
  RawPeer& peer = net_.join_client(adapted(net_.client_options()));
  for (int i = 0; i < 4; ++i) {
    exchange(peer);
    peer.update_keys();
  }
  EXPECT_FALSE(peer.close());
}

INSTANTIATE_TEST_SUITE_P(
    Sources, PacketProtection,
    testing::Values(Case{CipherSource::fastest, PacketCipher::aes_128_gcm},
                    Case{CipherSource::fastest, PacketCipher::aes_256_gcm},
                    Case{CipherSource::fastest, PacketCipher::chacha20_poly1305},
                    Case{CipherSource::fastest, PacketCipher::aes_128_gcm, quic_version_2},
                    Case{CipherSource::tls_library, PacketCipher::aes_128_gcm},
                    Case{CipherSource::tls_library, PacketCipher::aes_256_gcm},
                    Case{CipherSource::tls_library, PacketCipher::chacha20_poly1305},
                    Case{CipherSource::tls_library, PacketCipher::aes_128_gcm, quic_version_2}),
    [](const testing::TestParamInfo<Case>& instance) {
      const Case& c = instance.param;
      std::string name = c.source == CipherSource::fastest ? "Fastest" : "TlsLibrary";
      name += c.cipher == PacketCipher::aes_128_gcm   ? "Aes128Gcm"
              : c.cipher == PacketCipher::aes_256_gcm ? "Aes256Gcm"
                                                      : "ChaCha20Poly1305";
      return name + (c.version == quic_version_2 ? "Version2" : "");
    });

}  // namespace
}  // namespace usquic::test
