#include "engine/ngtcp2/stateless_responder.h"

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

TEST(VersionNegotiation, AnswersAnUnknownVersionWithBoth) {
  EnginePair pair;
  std::vector<std::uint8_t> answer;
  pair.filter = [&](Packet& p) {
    answer = p.bytes;
    return true;
  };
  pair.start();
  std::vector<std::uint8_t> packet(1200, 0);
  const std::uint8_t head[] = {0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, 1, 2, 3, 4, 5, 6, 7, 8, 3, 9, 8, 7};
  std::copy(std::begin(head), std::end(head), packet.begin());
  receive(pair, packet, pair.client.address);
  pair.server.endpoint->flush(pair.now, pair.server);
  ASSERT_GE(answer.size(), 27u);
  EXPECT_EQ(stats_of(pair.server).version_negotiations_sent, 1u);
  EXPECT_NE(answer[0] & 0x80, 0);
  const std::vector<std::uint8_t> rest(answer.begin() + 1, answer.begin() + 26);
  EXPECT_THAT(rest, ElementsAre(0, 0, 0, 0, 3, 9, 8, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0x6b, 0x33,
                                0x43, 0xcf));
  // A smaller one gets no answer (RFC 9000 section 6.1).
  packet.resize(1199);
  receive(pair, packet, pair.client.address);
  EXPECT_FALSE(pair.server.endpoint->wants_flush());
}

TEST(StatelessReset, FromARestartedServerEndsTheConnection) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  pair.server.kill();
  pair.server.start();  // with the same secret
  pair.server.endpoint->set_accepting(&pair.server, true);
  const TimePoint began = pair.now;
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("are you there?");
  ASSERT_TRUE(pair.run(seconds(5), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_STATELESS_RESET);
  EXPECT_LE(pair.now - began, milliseconds(100));
  EXPECT_EQ(stats_of(pair.server).stateless_resets_sent, 1u);
  EXPECT_EQ(s->closes, 1);
}

TEST(StatelessReset, WithAnotherSecretMeansNothing) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  pair.server.kill();
  pair.server.config.secret[0] ^= 1;
  pair.server.start();
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("are you there?");
  pair.run(seconds(5));
  EXPECT_GT(stats_of(pair.server).stateless_resets_sent, 0u);
  EXPECT_EQ(pair.connection->closes, 0);
}

// A worker beside the pair's server, with the same secret.
std::unique_ptr<Side> another_worker(EnginePair& pair, std::uint8_t index) {
  auto worker = std::make_unique<Side>(pair, pair.server.address);
  worker->config = pair.server.config;
  worker->config.worker_index = index;
  worker->tls_options = pair.server.tls_options;
  worker->start();
  return worker;
}

// A client's datagram of a live connection comes to another worker, as it does when the
// client's port changes.
TEST(StatelessReset, IsNotSentForAConnectionOfAnotherWorker) {
  EnginePair pair;
  pair.server.config.worker_index = 0;
  pair.server.config.worker_count = 2;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  const std::unique_ptr<Side> other = another_worker(pair, 1);
  pair.filter = [&](Packet& p) {
    if (p.from != &pair.client) return true;
    const engine::Path path{pair.server.address, p.source, other.get()};
    const engine::Datagram datagram{&path, p.bytes, 0};
    other->endpoint->receive(pair.now, {&datagram, 1});
    other->endpoint->flush(pair.now, *other);
    return false;
  };
  pair.client.create_stream(*pair.connection)->write("are you there?");
  pair.run(seconds(5));
  EXPECT_GT(stats_of(*other).datagrams_dropped, 1U);
  EXPECT_EQ(stats_of(*other).stateless_resets_sent, 0U);
  EXPECT_EQ(pair.connection->closes, 0);
}

TEST(StatelessReset, TellsClientsOfARunWithMoreWorkers) {
  EnginePair pair;
  pair.server.config.worker_index = 3;
  pair.server.config.worker_count = 4;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  pair.server.kill();
  pair.server.config.worker_index = 1;
  pair.server.config.worker_count = 2;
  pair.server.start();
  pair.client.create_stream(*pair.connection)->write("are you there?");
  ASSERT_TRUE(pair.run(seconds(5), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_STATELESS_RESET);
}

TEST(StatelessReset, IsSmallerThanItsCauseAndLimitedInRate) {
  EnginePair pair;
  std::vector<std::size_t> sizes;
  pair.filter = [&](Packet& p) {
    sizes.push_back(p.bytes.size());
    return true;
  };
  pair.start();
  for (std::size_t length = 1; length <= 60; ++length) {
    sizes.clear();
    receive(pair, std::vector<std::uint8_t>(length, 0x41), pair.client.address);
    pair.server.endpoint->flush(pair.now, pair.server);
    if (length <= 21) {
      EXPECT_TRUE(sizes.empty()) << length;
    } else {
      ASSERT_EQ(sizes.size(), 1u) << length;
      EXPECT_LT(sizes[0], length);
      EXPECT_GE(sizes[0], 21u);
    }
  }
  for (int i = 0; i < 1000; ++i) {
    receive(pair, std::vector<std::uint8_t>(100, 0x41), pair.client.address);
  }
  EXPECT_LE(stats_of(pair.server).stateless_resets_sent, 100u);
}

}  // namespace
}  // namespace usquic::test
