#include "engine/ngtcp2/packet_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(Datagrams, ArriveUnlessTooLarge) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("one")), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("two")), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(1100, 'z'))), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(1500, 'z'))), US_QUIC_E_TOO_LARGE);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.only_connection()->datagrams, ElementsAre("one", "two", std::string(1100, 'z')));
}

// RFC 9221 section 4: Datagram Data may be empty.
TEST(Datagrams, MayBeEmpty) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handle->send_datagram({}), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("more")), 0);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.only_connection()->datagrams, ElementsAre("", "more"));
}

TEST(Datagrams, AreTakenUpToTheSizeThatIsTold) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  const std::size_t largest = pair.connection->handle->max_datagram_bytes();
  EXPECT_GT(largest, 1100U);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(largest, 'z'))), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(largest + 1, 'z'))),
            US_QUIC_E_TOO_LARGE);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.only_connection()->datagrams, ElementsAre(std::string(largest, 'z')));
}

TEST(Datagrams, AreRefusedWhenThePeerTakesNone) {
  EnginePair pair;
  pair.server.config.datagrams = false;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handle->max_datagram_bytes(), 0U);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("one")), US_QUIC_E_UNSUPPORTED);
}

TEST(MaximumPacket, GrowsToThePathsSize) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(2));
  us_quic_stats_t stats;
  pair.connection->handle->stats(stats);
  EXPECT_EQ(stats.max_udp_payload, 1452u);
  EXPECT_GT(stats.smoothed_rtt_us, 15000u);
}

TEST(MaximumPacket, StaysBelowWhatThePathDrops) {
  EnginePair pair;
  pair.filter = [](Packet& p) { return p.bytes.size() <= 1280; };
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(20));
  us_quic_stats_t stats;
  pair.connection->handle->stats(stats);
  EXPECT_EQ(stats.max_udp_payload, 1232u);
  EXPECT_EQ(pair.connection->closes, 0);
}

std::uint32_t payload_now(Side& side) {
  us_quic_stats_t stats;
  side.only_connection()->handle->stats(stats);
  return stats.max_udp_payload;
}

// Of a server that sends that much, over a path whose interface takes such payloads.
std::uint32_t largest_payload(EnginePair& pair, std::size_t of_interface, std::size_t bytes = 300 << 10) {
  pair.server.local_payload = of_interface;
  if (!pair.join("echo")) return 0;
  StreamRecord* s = pair.server.create_stream(*pair.server.only_connection());
  EXPECT_EQ(s->write(std::string(bytes, 'x')), static_cast<std::ptrdiff_t>(bytes));
  pair.run(seconds(25));
  return payload_now(pair.server);
}

TEST(MaximumPacket, GrowsToHalfOfAFullRunWithinAMachine) {
  EnginePair pair;
  EXPECT_EQ(largest_payload(pair, 65508), 32700u);
}

TEST(MaximumPacket, WithinAMachineIsWhatTheInterfaceTakes) {
  EnginePair pair;
  EXPECT_EQ(largest_payload(pair, 8972), 8952u);
  EnginePair narrow;
  EXPECT_EQ(largest_payload(narrow, 1472), 1472u);
}

TEST(MaximumPacket, WithinAMachineStaysBelowWhatThePeerTakes) {
  EnginePair pair;
  pair.filter = [](Packet& p) { return p.bytes.size() <= 10000; };
  EXPECT_EQ(largest_payload(pair, 65508), 8952u);
}

TEST(MaximumPacket, IsWhatTheOptionSaysWhateverTheInterfaceTakes) {
  for (const std::size_t size : {1200, 1300, 1452, 5000, 40000}) {
    EnginePair pair;
    pair.server.config.max_udp_payload = size;
    EXPECT_EQ(largest_payload(pair, 65508), size);
  }
}

TEST(MaximumPacket, StaysThatOfEthernetOnAConnectionThatSendsLittle) {
  EnginePair pair;
  EXPECT_EQ(largest_payload(pair, 65508, 200 << 10), 1452u);
  EnginePair asked;
  asked.server.config.max_udp_payload = 9000;
  EXPECT_EQ(largest_payload(asked, 0, 200 << 10), 1452u);
}

TEST(MaximumPacket, FillsARunWithTwoWithinAMachine) {
  EnginePair pair;
  ASSERT_EQ(largest_payload(pair, 65508), 32700u);
  pair.server.runs.clear();
  StreamRecord* s = pair.server.create_stream(*pair.server.only_connection());
  EXPECT_EQ(s->write(std::string(200000, 'x')), 200000);
  pair.run(seconds(1));
  const std::pair<std::size_t, std::size_t> full(std::size_t{2} * 32700, 32700);
  EXPECT_THAT(pair.server.runs, testing::Contains(full));
}

TEST(PacketWriter, FillsRunsOfPacketsOfEqualSize) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(2));
  pair.client.runs.clear();
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->write(std::string(8000, 'x')), 8000);
  pair.run(milliseconds(1));
  ASSERT_FALSE(pair.client.runs.empty());
  EXPECT_GT(pair.client.runs[0].first, 4 * pair.client.runs[0].second);
  EXPECT_EQ(pair.client.runs[0].second, 1452u);
}

TEST(PacketWriter, LetsStreamsTakeTurns) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* first = pair.client.create_stream(*pair.connection);
  StreamRecord* second = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(first->write(std::string(60000, '1')), 60000);
  EXPECT_EQ(second->write(std::string(60000, '2')), 60000);
  pair.run(milliseconds(15));
  ASSERT_EQ(pair.server.streams.size(), 2u);
  const std::size_t one = pair.server.streams[0]->body.size();
  const std::size_t other = pair.server.streams[1]->body.size();
  ASSERT_GT(one, 0u);
  ASSERT_GT(other, 0u);
  EXPECT_LT(std::max(one, other) - std::min(one, other), 2 * 1452u);
}

TEST(PacketWriter, WaitsWhileItsSocketIsBlocked) {
  EnginePair pair;
  pair.server.on_data = [](StreamRecord& s, Bytes data) { s.write(as_text(data)); };
  pair.server.on_fin = [](StreamRecord& s) { s.handle->finish(); };
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(1));
  pair.client.is_blocked = true;
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("patience");
  s->handle->finish();
  pair.run(seconds(1));
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  EXPECT_EQ(s->closes, 0);
  pair.client.is_blocked = false;
  pair.client.endpoint->unblocked(&pair.client);
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  ASSERT_TRUE(pair.run(seconds(1), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->body, "patience");
}

}  // namespace
}  // namespace usquic::test
