#include "transport/loss_count.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "support/engine_pair.h"

namespace usquic::transport {
namespace {

std::uint64_t lost_after(const std::vector<std::vector<AckRange>>& frames) {
  LossCount count;
  for (const auto& ranges : frames) count.acknowledged(ranges);
  return count.lost();
}

TEST(LossCount, IsNothingWhereEverythingIsAcknowledged) {
  EXPECT_EQ(lost_after({}), 0U);
  EXPECT_EQ(lost_after({{{0, 0}}, {{0, 1}}, {{0, 100}}}), 0U);
}

TEST(LossCount, IsOfPacketsThatThreeLaterOnesOvertook) {
  EXPECT_EQ(lost_after({{{0, 3}}, {{5, 6}, {0, 3}}}), 0U);
  EXPECT_EQ(lost_after({{{0, 3}}, {{5, 6}, {0, 3}}, {{5, 7}, {0, 3}}}), 1U);
  EXPECT_EQ(lost_after({{{0, 3}}, {{14, 20}, {0, 3}}}), 10U);
  EXPECT_EQ(lost_after({{{10, 20}}}), 10U);
}

TEST(LossCount, IsNotOfPacketsThatComeInAnotherOrder) {
  EXPECT_EQ(lost_after({{{0, 3}}, {{6, 6}, {0, 3}}, {{4, 6}, {0, 3}}, {{0, 20}}}), 0U);
}

TEST(LossCount, DoesNotCountPacketsAgainThatAreNoLongerListed) {
  EXPECT_EQ(lost_after({{{0, 10}}, {{11, 12}}, {{11, 30}}, {{31, 31}}, {{31, 40}}}), 0U);
}

TEST(LossCount, IgnoresAcknowledgementsThatComeLate) {
  EXPECT_EQ(lost_after({{{0, 10}}, {{0, 30}}, {{0, 20}}, {{0, 31}}}), 0U);
  EXPECT_EQ(lost_after({{{0, 3}}, {{14, 20}, {0, 3}}, {{5, 20}, {0, 3}}, {{0, 30}}}), 10U);
}

// A network that loses and never reorders, and a receiver that lists its latest ranges only.
TEST(LossCount, IsWhatANetworkLost) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  LossCount count;
  std::set<std::uint64_t> received;
  std::uint64_t dropped = 0;
  constexpr std::uint64_t packets = 20000;
  for (std::uint64_t n = 0; n < packets; ++n) {
    // The last of them arrive, so that all before are decided.
    if (n + 4 < packets && random() % 10 == 0) {
      ++dropped;
      continue;
    }
    received.insert(n);
    if (random() % 3 != 0 && n + 1 < packets) continue;
    std::vector<AckRange> ranges;
    for (auto i = received.rbegin(); i != received.rend() && ranges.size() < 40; ++i) {
      if (!ranges.empty() && ranges.back().smallest == *i + 1) {
        ranges.back().smallest = *i;
      } else {
        ranges.push_back({*i, *i});
      }
    }
    count.acknowledged(ranges);
  }
  EXPECT_EQ(count.lost(), dropped);
}

// A counter of a whole connection, as the application sees it.
TEST(LossCount, OfAConnectionIsWhatTheNetworkDropped) {
  test::EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(std::chrono::seconds(2));  // probes of the path's size are over
  const auto lost = [&] {
    us_quic_stats_t stats;
    pair.connection->handle->stats(stats);
    return stats.packets_lost;
  };
  EXPECT_EQ(lost(), 0U);
  std::uint64_t seen = 0;
  std::uint64_t dropped = 0;
  pair.filter = [&](test::Packet& p) {
    if (p.from != &pair.client || ++seen % 20 != 0 || seen > 400) return true;
    ++dropped;
    return false;
  };
  test::StreamRecord* s = pair.client.create_stream(*pair.connection);
  ASSERT_EQ(s->write(std::string(900'000, 'x')), 900'000);
  pair.run(std::chrono::seconds(20));
  EXPECT_GE(dropped, 10U);
  EXPECT_EQ(lost(), dropped);
}

}  // namespace
}  // namespace usquic::transport
