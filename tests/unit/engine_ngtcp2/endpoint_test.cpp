#include "engine/ngtcp2/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "receive.h"
#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(Handshake, IsToldToBothSidesInOrder) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_THAT(pair.client.log, ElementsAre("handshake"));
  EXPECT_THAT(pair.server.log, ElementsAre("connection_open", "handshake"));
  EXPECT_EQ(pair.connection->handle->alpn(), "echo");
  EXPECT_TRUE(pair.connection->handle->is_authorized());
  EXPECT_EQ(pair.server.only_connection()->handle->server_name(), "server.test");
  EXPECT_EQ(stats_of(pair.server).connections_accepted, 1u);
  EXPECT_EQ(stats_of(pair.server).connections_open, 1u);
}

TEST(Handshake, NeedsASocketThatAccepts) {
  EnginePair pair;
  pair.start();
  pair.server.endpoint->set_accepting(&pair.server, false);
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.run(seconds(1));
  EXPECT_EQ(c->handshakes, 0);
  EXPECT_GT(stats_of(pair.server).datagrams_dropped, 0u);
}

TEST(Handshake, GivesTheSameRunForTheSameSeed) {
  // An ECDSA signature differs in length from one certificate to the next.
  const EnginePair first_pair;
  const auto trace = [&first_pair](std::uint64_t seed) {
    EnginePair pair(seed);
    pair.server.tls_options.identity = first_pair.server.tls_options.identity;
    pair.client.tls_options.trust = first_pair.client.tls_options.trust;
    std::vector<std::tuple<std::int64_t, bool, std::size_t>> packets;
    pair.filter = [&](Packet& p) {
      packets.emplace_back(p.at.time_since_epoch().count(), p.from == &pair.client, p.bytes.size());
      return true;
    };
    EXPECT_TRUE(pair.join("echo"));
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    s->write(std::string(300000, 'x'));
    pair.run(seconds(3));
    return packets;
  };
  const auto first = trace(7);
  EXPECT_GT(first.size(), 100u);
  EXPECT_EQ(first, trace(7));
}

TEST(Handshake, SeveralConnectionsShareOneSocket) {
  EnginePair pair;
  pair.start();
  for (int i = 0; i < 50; ++i) pair.client.connect(pair.server);
  pair.run(seconds(2));
  for (const auto& c : pair.client.connections) EXPECT_EQ(c->handshakes, 1);
  EXPECT_EQ(pair.server.connections.size(), 50u);
}

TEST(Handshake, OfBothRolesInOneEndpoint) {
  EnginePair pair;
  pair.client.tls_options.identity = pair.server.tls_options.identity;
  pair.server.tls_options.trust = pair.client.tls_options.trust;
  pair.start();
  pair.client.endpoint->set_accepting(&pair.client, true);
  pair.client.connect(pair.server);
  pair.server.connect(pair.client);
  pair.run(seconds(2));
  EXPECT_EQ(stats_of(pair.client).connections_open, 2u);
  EXPECT_EQ(stats_of(pair.server).connections_open, 2u);
}

TEST(Receive, SurvivesEveryLengthAndFirstByte) {
  EnginePair pair;
  pair.start();
  SeededRandom random(99);
  for (std::size_t length = 0; length <= 1500; ++length) {
    std::vector<std::uint8_t> bytes(length);
    random.source().fill(bytes);
    receive(pair, bytes, pair.client.address);
    if (length > 0) bytes[0] |= 0xc0;
    if (length > 5) std::fill(bytes.begin() + 1, bytes.begin() + 5, std::uint8_t{0});
    if (length > 5) bytes[4] = 1;
    if (length > 5) bytes[5] = static_cast<std::uint8_t>(bytes[5] % 24);
    receive(pair, bytes, pair.client.address);
  }
  receive(pair, std::vector<std::uint8_t>(65535, 0xc3), pair.client.address);
  while (pair.server.endpoint->wants_flush()) pair.server.endpoint->flush(pair.now, pair.server);
  EXPECT_GT(stats_of(pair.server).datagrams_dropped, 1500u);
}

TEST(Receive, DropsPacketsThatWereCutOrChanged) {
  EnginePair pair;
  SeededRandom noise(5);
  pair.filter = [&](Packet& p) {
    if (noise.next() % 10 < 3) {
      if (noise.next() % 2 == 0) {
        p.bytes.resize(1 + noise.next() % p.bytes.size());
      } else {
        p.bytes[noise.next() % p.bytes.size()] ^= static_cast<std::uint8_t>(1 + noise.next() % 255);
      }
    }
    return true;
  };
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(10), [c] { return c->handshakes == 1; }));
  StreamRecord* s = pair.client.create_stream(*c);
  s->write(std::string(100000, 'q'));
  s->handle->finish();
  ASSERT_TRUE(
      pair.run(seconds(60), [&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  EXPECT_EQ(pair.server.streams[0]->body, std::string(100000, 'q'));
}

}  // namespace
}  // namespace usquic::test
