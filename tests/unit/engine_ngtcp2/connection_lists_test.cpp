#include "engine/ngtcp2/connection_lists.h"

#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ConnectionLists, CountAHandshakeUntilItIsCompleteAndAConnectionUntilItIsClosed) {
  EnginePair pair;
  pair.start();
  pair.client.connect(pair.server);
  pair.run(milliseconds(15));
  EXPECT_EQ(stats_of(pair.server).handshakes_open, 1u);
  EXPECT_EQ(stats_of(pair.server).connections_open, 0u);
  EXPECT_EQ(stats_of(pair.client).handshakes_open, 0u);  // servers' alone
  pair.run(seconds(1));
  EXPECT_EQ(stats_of(pair.server).handshakes_open, 0u);
  EXPECT_EQ(stats_of(pair.server).connections_open, 1u);
  EXPECT_EQ(stats_of(pair.server).connections_accepted, 1u);
  EXPECT_EQ(stats_of(pair.client).connections_open, 1u);
  EXPECT_EQ(stats_of(pair.client).connections_accepted, 0u);
  pair.client.close(*pair.client.only_connection(), 0);
  EXPECT_EQ(stats_of(pair.client).connections_open, 0u);
  pair.run(seconds(1));
  EXPECT_EQ(stats_of(pair.server).connections_open, 0u);
  EXPECT_EQ(stats_of(pair.server).handshakes_failed, 0u);
}

TEST(ConnectionLists, CountAHandshakeThatFailed) {
  EnginePair pair;
  pair.filter = [&](const Packet& p) { return p.from == &pair.client; };
  pair.start();
  pair.client.connect(pair.server);
  pair.run(seconds(30));
  EXPECT_EQ(stats_of(pair.server).handshakes_open, 0u);
  EXPECT_EQ(stats_of(pair.server).handshakes_failed, 1u);
  EXPECT_EQ(stats_of(pair.client).handshakes_failed, 0u);
  EXPECT_EQ(stats_of(pair.client).connections_open, 0u);
}

TEST(DropSocket, ForgetsEverythingOnIt) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.client.connect(pair.server);  // a handshake under way too
  pair.run(milliseconds(15));
  for (auto& c : pair.client.connections) {
    if (c->handle != nullptr) pair.client.close(*c, 0);
  }
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  pair.client.endpoint->drop_socket(&pair.client);
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  EXPECT_EQ(pair.client.endpoint->deadline(), never);
}

TEST(DropSocket, InsideACallbackIsSafe) {
  EnginePair pair;
  pair.server.on_data = [&pair](StreamRecord& s, Bytes) {
    ConnectionRecord& c = *s.connection;
    pair.server.close(c, 0);
    pair.server.endpoint->drop_socket(&pair.server);
  };
  ASSERT_TRUE(pair.join("echo"));
  pair.client.create_stream(*pair.connection)->write("x");
  pair.run(seconds(1));
  EXPECT_EQ(pair.server.endpoint->deadline(), never);
  EXPECT_EQ(stats_of(pair.server).connections_open, 0u);
}

TEST(ConnectionLists, TellNobodyWhenTheEndpointIsDestroyed) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("unsent");
  pair.client.create_stream(*pair.connection);
  pair.client.kill();
  EXPECT_EQ(pair.connection->closes, 0);
  EXPECT_EQ(s->closes, 0);
}

}  // namespace
}  // namespace usquic::test
