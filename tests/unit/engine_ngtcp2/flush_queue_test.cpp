#include "engine/ngtcp2/flush_queue.h"

#include <gtest/gtest.h>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void unblock(Side& side, std::size_t rooms) {
  side.rooms_left = rooms;
  side.endpoint->unblocked(&side);
}

// When the client's port changes, the server asks whether the new one is reached, and acknowledges what came,
// in two runs of packets: the socket takes only the first. The acknowledgement that waits is smaller than the
// last packet, which therefore does not go with it.
TEST(BlockedSocket, TakesTheCloseThatComesBehindAPacketThatWaits) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  Address rebound = pair.client.address;
  rebound.set_port(50001);
  std::vector<std::size_t> sizes;
  bool is_client_heard = true;
  pair.filter = [&](Packet& p) {
    if (p.from == &pair.server) sizes.push_back(p.bytes.size());
    if (p.from == &pair.client) p.source = rebound;
    if (p.from == &pair.server && p.destination == rebound) p.destination = pair.client.address;
    return p.from == &pair.server || is_client_heard;
  };
  pair.server.rooms_left = 1;
  pair.client.create_stream(*pair.connection)->write(std::string(20'000, 'x'));
  ASSERT_TRUE(pair.run(milliseconds(100), [&] { return pair.server.rooms_left == 0; }));

  // It closes by itself: nothing that the client sends brings an answer.
  is_client_heard = false;
  sizes.clear();
  pair.server.close(*pair.server.only_connection(), 7, "that is all");
  unblock(pair.server, 1);
  pair.run(milliseconds(20));
  ASSERT_EQ(sizes.size(), 1U);  // what waited
  EXPECT_EQ(pair.connection->closes, 0);
  unblock(pair.server, SIZE_MAX);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.code, 7U);
  EXPECT_EQ(pair.connection->close_reason, "that is all");
}

TEST(FlushQueue, KeepsAConnectionOfABlockedSocketOutOfTheWay) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  ASSERT_FALSE(pair.client.endpoint->wants_flush());
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("x");
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  pair.client.is_blocked = true;
  pair.client.endpoint->flush(pair.now, pair.client);
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  s->write("y");  // joins those that wait
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  pair.client.is_blocked = false;
  pair.client.endpoint->unblocked(&pair.client);
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  EXPECT_EQ(pair.server.streams[0]->body, "xy");
}

}  // namespace
}  // namespace usquic::test
