// A ClientHello of two datagrams, as X25519MLKEM768 makes it.
#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LargeClientHello : public testing::Test {
 protected:
  void SetUp() override {
    if (!tls::library().has_x25519mlkem768) GTEST_SKIP() << tls::library().name << " has no such group";
    for (Side* side : {&pair.client, &pair.server}) side->tls_options.groups = {};
  }

  bool is_joined() { return pair.join("echo"); }

  // Of the connection that was joined.
  std::string group() { return pair.connection->handle->tls_parameters().group; }

  // A server whose flight is longer than three times a datagram.
  void give_long_chain() {
    const Identity identity = large_leaf_for(pair.authority, "server.test");
    pair.server.tls_options.identity.certificate.text = identity.certificate;
    pair.server.tls_options.identity.key.text = identity.key;
  }

  // Numbers of the client's first flight: which datagrams of it are lost.
  void lose(std::size_t number) {
    pair.filter = [this, number](const Packet& p) { return p.from != &pair.client || sent_++ != number; };
  }

  EnginePair pair;
  std::size_t sent_ = 0;
};

TEST_F(LargeClientHello, MakesAHandshakeOfOneRoundTrip) {
  std::size_t first_flight = 0;
  const TimePoint begin = pair.now;
  pair.filter = [&](const Packet& p) {
    if (p.from == &pair.client && pair.now == begin) first_flight += p.bytes.size();
    return true;
  };
  ASSERT_TRUE(is_joined());
  EXPECT_GT(first_flight, 1'500U);
  EXPECT_EQ(group(), "X25519MLKEM768");
  EXPECT_EQ(std::string(pair.server.only_connection()->handle->tls_parameters().group), "X25519MLKEM768");
  EXPECT_LE(pair.now - begin, 3 * pair.delay);
}

TEST_F(LargeClientHello, SurvivesTheLossOfAnyOfItsDatagrams) {
  for (const std::size_t number : {0U, 1U}) {
    sent_ = 0;
    lose(number);
    ASSERT_TRUE(is_joined()) << number;
    EXPECT_EQ(group(), "X25519MLKEM768");
    pair.client.close(*pair.connection, 0);
    pair.run(seconds(1));
  }
}

TEST_F(LargeClientHello, MayArriveInTheOtherOrder) {
  std::optional<Packet> held;
  pair.filter = [&](Packet& p) {
    if (p.from != &pair.client || sent_++ != 0) return true;
    held = p;
    return false;
  };
  pair.start();
  pair.connection = pair.client.connect(pair.server);
  pair.run(pair.delay + milliseconds(1));
  ASSERT_TRUE(held.has_value());
  held->at = pair.now;
  pair.inject(*std::move(held));
  ASSERT_TRUE(pair.run(seconds(1), [this] { return pair.connection->handshakes == 1; }));
  EXPECT_EQ(group(), "X25519MLKEM768");
}

TEST_F(LargeClientHello, ComesAgainBehindARetry) {
  pair.server.config.address_validation = engine::AddressValidation::always;
  ASSERT_TRUE(is_joined());
  EXPECT_EQ(group(), "X25519MLKEM768");
  EXPECT_GE(stats_of(pair.server).retries_sent, 1U);
  EXPECT_EQ(pair.server.connections.size(), 1U);
}

TEST_F(LargeClientHello, MeetsAServerThatWantsAnotherKeyShareAndARetry) {
  pair.server.config.address_validation = engine::AddressValidation::always;
  pair.server.tls_options.groups = {tls::Group::secp384r1};
  ASSERT_TRUE(is_joined());
  EXPECT_EQ(group(), "secp384r1");
}

// RFC 9000 section 8.1: the rest of the flight waits until the client has shown that it is there.
TEST_F(LargeClientHello, LetsAServerSendMoreThanThreeDatagrams) {
  give_long_chain();
  std::uint64_t from_client = 0;
  std::uint64_t from_server = 0;
  bool is_exceeded = false;
  pair.filter = [&](const Packet& p) {
    (p.from == &pair.client ? from_client : from_server) += p.bytes.size();
    is_exceeded = is_exceeded || from_server > 3 * from_client;
    return true;
  };
  ASSERT_TRUE(is_joined());
  EXPECT_EQ(group(), "X25519MLKEM768");
  EXPECT_FALSE(is_exceeded);
}

TEST_F(LargeClientHello, SurvivesALossyNetwork) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EnginePair lossy(seed);
    for (Side* side : {&lossy.client, &lossy.server}) side->tls_options.groups = {};
    lossy.filter = [&lossy](const Packet&) { return lossy.random.next() % 100 >= 20; };
    lossy.start();
    ConnectionRecord* c = lossy.client.connect(lossy.server);
    EXPECT_TRUE(lossy.run(seconds(10), [c] { return c->handshakes == 1; })) << seed;
  }
}

}  // namespace
}  // namespace usquic::test
