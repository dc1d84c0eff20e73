// Whole connections, against a peer that protects its packets by code of its own (support/packet_keys.h).
#include "engine/ngtcp2/packet_protection.h"

#include <gtest/gtest.h>

#include <string>

#include "support/raw_network.h"

namespace usquic::test {
namespace {

using crypto::CipherSource;
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

  RawPeer& join_client() { return net_.join_client(adapted(net_.client_options())); }
  RawPeer& join_server() { return net_.join_server(adapted(net_.server_options())); }

  // A stream of the raw client's, with some packets each way.
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
    ASSERT_TRUE(net_.run(seconds(5), [&] { return peer.stream(id).fin; }));
    EXPECT_EQ(peer.stream(id).data, body);
  }

  RawNetwork net_;
  std::uint64_t next_stream_ = 0;
};

// A client of ours begins with version 1, and raw servers know one version alone.
class PacketProtectionOfVersion1 : public PacketProtection {};
class PacketProtectionOfVersion2 : public PacketProtection {};

TEST_P(PacketProtection, OfAServerIsUnderstood) {
  net_.start();
  RawPeer& peer = join_client();
  exchange(peer);
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(peer.unread().empty());
}

// More than once, so that each phase's bit is used again with other keys.
TEST_P(PacketProtection, OfAServerFollowsKeyUpdates) {
  net_.start();
  RawPeer& peer = join_client();
  for (int i = 0; i < 4; ++i) {
    exchange(peer);
    EXPECT_EQ(peer.packets().back().key_phase, i % 2 == 1);
    // RFC 9001 section 6.5: keys for the next update may be there only three PTOs later.
    net_.run(seconds(1));
    peer.update_keys();
  }
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(peer.unread().empty());
}

TEST_P(PacketProtection, OfAServerRefusesWhatWasChanged) {
  net_.start();
  RawPeer& peer = join_client();
  const std::string packet = peer.make_packet(Level::application, frame::stream(0, 0, "x", true));
  for (std::size_t bit = 0; bit < 8 * packet.size(); ++bit) {
    std::string changed = packet;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    peer.transmit(changed);
  }
  net_.run(seconds(1));
  EXPECT_TRUE(net_.pair.server.streams.empty());
  peer.transmit(packet);
  net_.run(seconds(1));
  ASSERT_EQ(net_.pair.server.streams.size(), 1u);
  EXPECT_EQ(net_.pair.server.streams.at(0)->body, "x");
}

TEST_P(PacketProtectionOfVersion1, OfAClientIsUnderstood) {
  net_.start();
  RawPeer& peer = join_server();
  const std::string body(20000, 'c');
  StreamRecord* s = net_.pair.client.create_stream(*net_.connection);
  s->write(body);
  s->handle->finish();
  ASSERT_TRUE(net_.run(seconds(5), [&] { return peer.stream(0).fin; }));
  EXPECT_EQ(peer.stream(0).data, body);
  peer.write(0, body);
  net_.run(seconds(1));
  peer.update_keys();
  peer.write(0, "after the update", true);
  ASSERT_TRUE(net_.run(seconds(5), [&] { return s->ended; }));
  EXPECT_EQ(s->body, body + "after the update");
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(peer.unread().empty());
}

// RFC 9368 section 4: the server likes version 1 better than the client's first choice.
TEST_P(PacketProtectionOfVersion2, OfAServerThatChoosesAnotherVersionIsUnderstood) {
  net_.start();
  RawPeer::Options options = adapted(net_.client_options());
  options.other_version = quic_version_1;
  RawPeer& peer = net_.join_client(options);
  EXPECT_EQ(peer.version(), quic_version_1);
  exchange(peer);
  EXPECT_FALSE(peer.close());
}

TEST_P(PacketProtectionOfVersion1, OfAClientFollowsARetry) {
  EnginePair& pair = net_.pair;
  pair.server.config.address_validation = engine::AddressValidation::always;
  int retries = 0;
  pair.filter = [&](Packet& packet) {
    // RFC 9000 section 17.2.5, and section 5.8 of RFC 9001: a changed bit anywhere makes it worthless.
    if (packet.from == &pair.server && (packet.bytes[0] & 0xf0) == 0xf0 && ++retries == 1) {
      packet.bytes.back() ^= 1;
    }
    return true;
  };
  net_.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.run(std::chrono::milliseconds(100));
  EXPECT_EQ(retries, 1);
  EXPECT_TRUE(pair.server.connections.empty());
  ASSERT_TRUE(pair.run(seconds(5), [&] { return c->handshakes == 1; }));
  EXPECT_EQ(retries, 2);
}

constexpr Case version_1_cases[] = {{CipherSource::fastest, PacketCipher::aes_128_gcm},
                                    {CipherSource::fastest, PacketCipher::aes_256_gcm},
                                    {CipherSource::fastest, PacketCipher::chacha20_poly1305},
                                    {CipherSource::tls_library, PacketCipher::aes_128_gcm},
                                    {CipherSource::tls_library, PacketCipher::aes_256_gcm},
                                    {CipherSource::tls_library, PacketCipher::chacha20_poly1305}};
constexpr Case version_2_cases[] = {{CipherSource::fastest, PacketCipher::aes_128_gcm, quic_version_2},
                                    {CipherSource::tls_library, PacketCipher::aes_256_gcm, quic_version_2}};

std::string case_name(const testing::TestParamInfo<Case>& instance) {
  const Case& c = instance.param;
  std::string name = c.source == CipherSource::fastest ? "Fastest" : "TlsLibrary";
  name += c.cipher == PacketCipher::aes_128_gcm   ? "Aes128Gcm"
          : c.cipher == PacketCipher::aes_256_gcm ? "Aes256Gcm"
                                                  : "ChaCha20Poly1305";
  return name + (c.version == quic_version_2 ? "Version2" : "");
}

INSTANTIATE_TEST_SUITE_P(Version1, PacketProtection, testing::ValuesIn(version_1_cases), case_name);
INSTANTIATE_TEST_SUITE_P(Version2, PacketProtection, testing::ValuesIn(version_2_cases), case_name);
INSTANTIATE_TEST_SUITE_P(Version1, PacketProtectionOfVersion1, testing::ValuesIn(version_1_cases), case_name);
INSTANTIATE_TEST_SUITE_P(Version2, PacketProtectionOfVersion2, testing::ValuesIn(version_2_cases), case_name);

}  // namespace
}  // namespace usquic::test
