#include "app/lingering.h"

#include <gtest/gtest.h>

#include <utility>

namespace {

using namespace usquic::app;

// Takes `bytes` every `every_ms` from 0 on. Returns when it is over, and what was taken until then.
std::pair<std::int64_t, std::uint64_t> linger(const LingerLimits& limits, std::uint64_t round_trip_us,
                                              std::uint64_t bytes, std::int64_t every_ms) {
  Lingering lingering(limits, 0, round_trip_us);
  std::uint64_t taken = 0;
  for (std::int64_t now_ms = 0;; ++now_ms) {
    if (now_ms == lingering.due_ms() && !lingering.go_on(now_ms, round_trip_us)) return {now_ms, taken};
    if (now_ms % every_ms != 0) continue;
    taken += bytes;
    if (!lingering.take(bytes)) return {now_ms, taken};
  }
}

constexpr std::uint64_t ms = 1000;
constexpr std::uint64_t mib = 1U << 20U;

TEST(Lingering, TakesUpToItsBytesFromAPeerThatMakesProgress) {
  const auto [when_ms, taken] = linger({}, 20 * ms, mib, 1000);
  EXPECT_EQ(taken, 65 * mib);
  EXPECT_EQ(when_ms, 64'000);
}

TEST(Lingering, EndsForAPeerThatStandsStill) {
  EXPECT_EQ(linger({}, 20 * ms, 0, 1000).first, 3000);
}

TEST(Lingering, MeasuresOverSeveralRoundTrips) {
  EXPECT_EQ(linger({}, 1200 * ms, 0, 1000).first, 4800);
  EXPECT_EQ(linger({}, 3'600'000 * ms, 0, 1000).first, 30'000);
}

TEST(Lingering, EndsBelowTheSpeedAndAfterTheTime) {
  EXPECT_EQ(linger({}, 20 * ms, 999, 1000).first, 3000);
  EXPECT_EQ(linger({}, 20 * ms, 1000, 1000).first, 300'000);
  EXPECT_EQ(linger({.max_ms = 1500}, 20 * ms, 1000, 1000).first, 1500);
  EXPECT_EQ(linger({.min_bytes_per_second = 0}, 20 * ms, 0, 1000).first, 300'000);
  EXPECT_EQ(linger({.min_bytes_per_second = 5000}, 20 * ms, 4999, 1000).first, 3000);
}

TEST(Lingering, JudgesEachWindowAlone) {
  Lingering lingering({}, 0, 20 * ms);
  EXPECT_TRUE(lingering.take(1'000'000));
  EXPECT_TRUE(lingering.go_on(3000, 20 * ms));
  EXPECT_EQ(lingering.due_ms(), 6000);
  EXPECT_FALSE(lingering.go_on(6000, 20 * ms));
}

}  // namespace
