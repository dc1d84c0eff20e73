#include "engine/ngtcp2/connection.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Connection, BegunOnABlockedSocketTimesOut) {
  EnginePair pair;
  pair.client.config.handshake_timeout = seconds(5);
  pair.start();
  pair.client.is_blocked = true;
  const ConnectionRecord* first = pair.client.connect(pair.server);
  pair.run(seconds(1));
  const ConnectionRecord* second = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(10), [&] { return first->closes + second->closes == 2; }));
  EXPECT_EQ(second->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
}

TEST(ConnectionTimeout, EndsAnIdleConnection) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.filter = [](Packet&) { return false; };
  ASSERT_TRUE(pair.run(seconds(40), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_IDLE_TIMEOUT);
  pair.run(seconds(40));
  EXPECT_EQ(pair.server.only_connection()->closes, 1);
}

TEST(ConnectionTimeout, EndsAHandshakeThatNobodyAnswers) {
  EnginePair pair;
  pair.filter = [](Packet&) { return false; };
  pair.start();
  const TimePoint began = pair.now;
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(60), [c] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_LE(pair.now - began, seconds(11));
}

TEST(ConnectionFailure, ByIcmpEndsOnlyAHandshake) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  ConnectionRecord* second = pair.client.connect(pair.server);
  const engine::Path path{pair.client.address, pair.server.address, &pair.client};
  pair.client.endpoint->path_failed(pair.now, path, ECONNREFUSED);
  EXPECT_EQ(second->closes, 0);  // told from flush alone
  pair.run(seconds(1));
  EXPECT_EQ(second->closes, 1);
  EXPECT_EQ(second->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(pair.connection->closes, 0);
}

TEST(Path, ChangesOnlyAfterValidation) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  ConnectionRecord* peer = pair.server.only_connection();
  const Address old_address = pair.client.address;
  const Address rebound = *Address::parse("192.0.2.77", 61000);
  bool is_validated = false;
  pair.filter = [&](Packet& p) {
    // A NAT that gave the client another address.
    if (p.from == &pair.client) p.source = rebound;
    if (p.from == &pair.server && p.destination == rebound) p.destination = old_address;
    return true;
  };
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("from elsewhere");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  is_validated = peer->handle->path().remote == rebound;
  EXPECT_FALSE(is_validated);
  const engine::Path* path = &peer->handle->path();
  ASSERT_TRUE(pair.run(seconds(2), [&] { return peer->handle->path().remote == rebound; }));
  EXPECT_EQ(path, &peer->handle->path());
  pair.server.streams[0]->write("found you");
  ASSERT_TRUE(pair.run(seconds(2), [&] { return s->body == "found you"; }));
}

}  // namespace
}  // namespace usquic::test
