#include "engine/ngtcp2/connection_ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(ConnectionClose, TellsThePeerCodeAndReason) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  ConnectionRecord* peer = pair.server.only_connection();
  pair.client.close(*pair.connection, 42, "done here");
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  ASSERT_TRUE(pair.run(seconds(1), [peer] { return peer->closes == 1; }));
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
  EXPECT_EQ(peer->close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(peer->close.is_remote, 1);
  EXPECT_EQ(peer->close.is_application, 1);
  EXPECT_EQ(peer->close.code, 42u);
  EXPECT_EQ(peer->close_reason, "done here");
  EXPECT_EQ(pair.connection->closes, 0);  // it closed itself
}

TEST(ConnectionClose, OfTheServerIsToldToTheClientWithItsStreamsFirst) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("x");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  StreamRecord* unopened = pair.client.create_stream(*pair.connection);
  pair.client.log.clear();
  pair.server.close(*pair.server.only_connection(), 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_EQ(s->closes, 1);
  EXPECT_EQ(unopened->closes, 1);
  EXPECT_EQ(pair.client.log.back(), "connection_close");
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
}

TEST(ConnectionClose, AnswersLatePacketsLessAndLess) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  // What the server says now never arrives, so the client goes on sending.
  std::uint64_t answers = 0;
  pair.filter = [&](Packet& p) {
    if (p.from == &pair.server) ++answers;
    return p.from != &pair.server;
  };
  pair.server.close(*pair.server.only_connection(), 0);
  pair.step();
  EXPECT_EQ(answers, 1u);
  for (int i = 0; i < 8; ++i) {
    s->write(std::string(1000, 'x'));
    pair.run(milliseconds(1));
  }
  pair.run(milliseconds(30));
  EXPECT_GE(answers, 3u);
  EXPECT_LE(answers, 5u);
}

TEST(ConnectionClose, IsForgottenAfterThreeProbeTimeouts) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  pair.client.close(*pair.connection, 0);
  pair.run(seconds(5));
  EXPECT_EQ(pair.client.endpoint->deadline(), never);
  EXPECT_EQ(pair.server.endpoint->deadline(), never);
}

TEST(ConnectionClose, BeforeAnythingWasSentIsSilent) {
  EnginePair pair;
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.client.close(*c, 1);
  pair.run(seconds(1));
  EXPECT_EQ(pair.datagrams_sent, 0u);
  EXPECT_EQ(pair.client.endpoint->deadline(), never);
}

TEST(ConnectionClose, DuringTheHandshakeEndsTheServersAttempt) {
  EnginePair pair;
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.run(milliseconds(5));
  pair.client.close(*c, 1);
  pair.run(seconds(5));
  const us_quic_context_stats_t stats = stats_of(pair.server);
  EXPECT_EQ(stats.handshakes_failed, 1u);
  EXPECT_TRUE(pair.server.log.empty());
}

// RFC 9000 section 10.2.3: the server learns of a close that was asked for before the client's
// Finished was out.
TEST(ConnectionClose, AsSoonAsTheClientsHandshakeIsDoneReachesTheServer) {
  EnginePair pair;
  pair.start();
  pair.client.on_done = [&](ConnectionRecord& c) {
    pair.client.create_stream(c)->write("never sent");
    c.handle->send_datagram(as_bytes("neither"));
    pair.client.close(c, 42, "changed my mind");
  };
  pair.client.connect(pair.server);
  const TimePoint start = pair.now;
  ASSERT_TRUE(pair.run(seconds(1), [&] {
    return pair.server.only_connection() != nullptr && pair.server.only_connection()->closes == 1;
  }));
  EXPECT_LT(pair.now - start, milliseconds(100));
  EXPECT_THAT(pair.server.log, ElementsAre("connection_open", "handshake", "connection_close"));
  EXPECT_EQ(pair.server.only_connection()->close.code, 42u);
  EXPECT_EQ(pair.server.only_connection()->close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(pair.server.only_connection()->close_reason, "changed my mind");
  const us_quic_context_stats_t stats = stats_of(pair.server);
  EXPECT_EQ(stats.connections_open, 0u);
  EXPECT_EQ(stats.handshakes_failed, 0u);
}

TEST(ConnectionClose, AsSoonAsTheHandshakeIsDoneWaitsForABlockedSocket) {
  EnginePair pair;
  pair.start();
  pair.client.on_done = [&](ConnectionRecord& c) {
    pair.client.is_blocked = true;
    pair.client.close(c, 42);
  };
  pair.client.connect(pair.server);
  pair.run(milliseconds(100));
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  pair.client.is_blocked = false;
  pair.client.endpoint->unblocked(&pair.client);
  ASSERT_TRUE(pair.run(seconds(1), [&] {
    return pair.server.only_connection() != nullptr && pair.server.only_connection()->closes == 1;
  }));
  EXPECT_EQ(pair.server.only_connection()->close.code, 42u);
}

TEST(ConnectionClose, KeepsAStreamThatEndsMeanwhileUntilTheCallerDetaches) {
  EnginePair pair;
  // The end of the stream is in the packet that is being read when the application closes.
  pair.client.on_fin = [](StreamRecord& s) { s.connection->handle->close(0, {}); };
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->finish();
  pair.run(milliseconds(200));  // the client's FIN is acknowledged
  pair.server.streams[0]->handle->finish();
  pair.run(seconds(1));
  ASSERT_TRUE(s->ended);
  ASSERT_NE(s->handle, nullptr);
  EXPECT_EQ(s->handle->id(), 0);
  EXPECT_EQ(s->write("late"), US_QUIC_E_CLOSED);
  EXPECT_EQ(s->closes, 0);
  s->handle->detach();
  pair.connection->handle->detach();
  pair.run(seconds(1));
}

}  // namespace
}  // namespace usquic::test
