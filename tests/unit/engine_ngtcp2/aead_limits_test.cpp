// The limits of RFC 9001 section 6.6, which nobody reaches in a test: ngtcp2 is told lower ones than it would
// be. This program is linked with --wrap=ngtcp2_conn_set_crypto_ctx.
#include <gnutls/gnutls.h>
#include <gtest/gtest.h>
#include <ngtcp2/ngtcp2.h>

#include <algorithm>
#include <functional>
#include <string>

#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Edit = std::function<void(ngtcp2_crypto_ctx&)>;

Edit& context_edit() {
  static Edit edit;
  return edit;
}

}  // namespace
}  // namespace usquic::test

extern "C" {

void __real_ngtcp2_conn_set_crypto_ctx(ngtcp2_conn* conn, const ngtcp2_crypto_ctx* context);

[[gnu::visibility("default")]] void __wrap_ngtcp2_conn_set_crypto_ctx(ngtcp2_conn* conn,
                                                                      const ngtcp2_crypto_ctx* context) {
  ngtcp2_crypto_ctx edited = *context;
  if (usquic::test::context_edit()) usquic::test::context_edit()(edited);
  __real_ngtcp2_conn_set_crypto_ctx(conn, &edited);
}

}  // extern "C"

namespace usquic::test {
namespace {

constexpr std::uint64_t aead_limit_reached = 0x0f;  // RFC 9000 section 20.1

class AeadLimits : public testing::Test {
 protected:
  ~AeadLimits() override { context_edit() = nullptr; }

  RawPeer& join(const char* cipher = "+AES-128-GCM") {
    net_.start();
    RawPeer::Options options = net_.client_options();
    options.tls.priority = std::string("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:") + cipher +
                           ":-GROUP-ALL:+GROUP-X25519:%DISABLE_TLS13_COMPAT_MODE";
    return net_.join_client(options);
  }

  ngtcp2_crypto_ctx context_of(const char* cipher) {
    ngtcp2_crypto_ctx found{};
    context_edit() = [&](ngtcp2_crypto_ctx& context) { found = context; };
    join(cipher);
    return found;
  }

  RawNetwork net_;
};

TEST_F(AeadLimits, OfAes128GcmAreThoseOfTheRfc) {
  const ngtcp2_crypto_ctx context = context_of("+AES-128-GCM");
  EXPECT_EQ(context.max_encryption, std::uint64_t{1} << 23);
  EXPECT_EQ(context.max_decryption_failure, std::uint64_t{1} << 52);
}

TEST_F(AeadLimits, OfAes256GcmAreThoseOfTheRfc) {
  const ngtcp2_crypto_ctx context = context_of("+AES-256-GCM");
  EXPECT_EQ(context.max_encryption, std::uint64_t{1} << 23);
  EXPECT_EQ(context.max_decryption_failure, std::uint64_t{1} << 52);
}

// The confidentiality limit is above any packet number.
TEST_F(AeadLimits, OfChaCha20Poly1305AreThoseOfTheRfc) {
  const ngtcp2_crypto_ctx context = context_of("+CHACHA20-POLY1305");
  EXPECT_GE(context.max_encryption, std::uint64_t{1} << 62);
  EXPECT_EQ(context.max_decryption_failure, std::uint64_t{1} << 36);
}

TEST_F(AeadLimits, OfConfidentialityMakesAKeyUpdate) {
  constexpr int limit = 30;
  context_edit() = [](ngtcp2_crypto_ctx& context) { context.max_encryption = limit; };
  RawPeer& peer = join();
  bool phase = false;
  int updates = 0;
  const auto sent = [&] { return std::ranges::count(peer.packets(), Level::application, &RawPacket::level); };
  std::ptrdiff_t sent_before = 0;
  for (int i = 0; i < 200; ++i) {
    peer.send(frame::ping());
    net_.run(milliseconds(100));
    ASSERT_FALSE(peer.close()) << i;
    if (peer.packets().back().key_phase == phase) continue;
    // RFC 9001 section 6.2: who sees an update follows it.
    peer.update_keys();
    phase = !phase;
    ++updates;
    EXPECT_LE(sent() - 1 - sent_before, limit);
    sent_before = sent() - 1;
  }
  EXPECT_GE(updates, 3);
  EXPECT_TRUE(peer.unread().empty());
}

// RFC 9001 sections 6.5 and 6.6: an update may not follow at once upon another, so who must make one stops.
TEST_F(AeadLimits, OfConfidentialityEndAConnectionWhereNoUpdateIsAllowedYet) {
  context_edit() = [](ngtcp2_crypto_ctx& context) { context.max_encryption = 8; };
  RawPeer& peer = join();
  net_.run(seconds(1));
  peer.write(0, "x", true);
  net_.run();
  StreamRecord& s = *net_.pair.server.streams.at(0);
  s.write(std::string(100000, 'b'));
  net_.run(seconds(1));
  ASSERT_EQ(net_.connection->closes, 1);
  EXPECT_EQ(net_.connection->close.code, aead_limit_reached);
  ASSERT_TRUE(peer.close());
  EXPECT_EQ(peer.close()->code, aead_limit_reached);
  EXPECT_EQ(std::ranges::count_if(peer.packets(),
                                  [](const RawPacket& packet) {
                                    return packet.key_phase &&
                                           packet.frames.front().type != frame::type_close;
                                  }),
            8);
}

TEST_F(AeadLimits, OfIntegrityEndsTheConnection) {
  constexpr int limit = 20;
  context_edit() = [](ngtcp2_crypto_ctx& context) { context.max_decryption_failure = limit; };
  RawPeer& peer = join();
  for (int i = 1; i <= limit; ++i) {
    ASSERT_FALSE(peer.close()) << i;
    std::string packet = peer.make_packet(Level::application, frame::ping());
    packet.back() ^= 1;
    peer.transmit(packet);
    net_.run(milliseconds(100));
  }
  ASSERT_TRUE(peer.close());
  EXPECT_EQ(peer.close()->code, aead_limit_reached);
  EXPECT_FALSE(peer.close()->is_application);
}

}  // namespace
}  // namespace usquic::test
