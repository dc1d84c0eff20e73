#include "engine/ngtcp2/packet_reader.h"

#include <gtest/gtest.h>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

us_quic_stats_t stats_of(const ConnectionRecord& c) {
  us_quic_stats_t stats{};
  c.handle->stats(stats);
  return stats;
}

TEST(PacketReader, CountsWhatThePeerDidNotGet) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  EXPECT_EQ(stats_of(*pair.connection).packets_lost, 0u);
  int sent = 0;
  int dropped = 0;
  pair.filter = [&](Packet& p) {
    const bool is_dropped = p.from == &pair.client && ++sent % 10 == 0;
    if (is_dropped) ++dropped;
    return !is_dropped;
  };
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write(std::string(50000, 'x'));
  pair.run(seconds(5));
  ASSERT_GT(dropped, 0);
  EXPECT_GT(stats_of(*pair.connection).packets_lost, 0u);
  EXPECT_LE(stats_of(*pair.connection).packets_lost, static_cast<std::uint64_t>(dropped));
  EXPECT_EQ(pair.server.streams.at(0)->body.size(), 50000u);
}

TEST(PacketReader, TakesNoDatagramOfAnotherSocket) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  std::vector<std::uint8_t> bytes;
  pair.filter = [&](Packet& p) {
    if (p.from != &pair.client) return true;
    bytes = p.bytes;
    return false;
  };
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("x");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !bytes.empty(); }));
  const std::uint64_t before = stats_of(*pair.server.only_connection()).bytes_received;
  const auto receive_through = [&](void* socket) {
    const engine::Path path{pair.server.address, pair.client.address, socket};
    const engine::Datagram datagram{&path, bytes, 0};
    pair.server.endpoint->receive(pair.now, {&datagram, 1});
  };
  receive_through(&pair);
  EXPECT_EQ(stats_of(*pair.server.only_connection()).bytes_received, before);
  receive_through(&pair.server);
  EXPECT_EQ(stats_of(*pair.server.only_connection()).bytes_received, before + bytes.size());
}

}  // namespace
}  // namespace usquic::test
