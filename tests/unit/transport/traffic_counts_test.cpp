#include "transport/traffic_counts.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(TrafficCounts, AddUpBytesPacketsAndStreams) {
  TrafficCounts counts;
  counts.packet_sent(1200);
  counts.packet_sent(50);
  counts.datagram_received(1452);
  counts.stream_opened();
  counts.stream_opened();
  counts.stream_opened();
  us_quic_stats_t stats{};
  counts.write_to(stats);
  EXPECT_EQ(stats.bytes_sent, 1250u);
  EXPECT_EQ(stats.packets_sent, 2u);
  EXPECT_EQ(stats.bytes_received, 1452u);
  EXPECT_EQ(stats.packets_received, 1u);
  EXPECT_EQ(stats.streams_opened, 3u);
}

TEST(TrafficCounts, LeaveOtherStatisticsAlone) {
  us_quic_stats_t stats{};
  stats.packets_lost = 7;
  stats.streams_open = 2;
  TrafficCounts().write_to(stats);
  EXPECT_EQ(stats.packets_lost, 7u);
  EXPECT_EQ(stats.streams_open, 2u);
}

}  // namespace
}  // namespace usquic::transport
