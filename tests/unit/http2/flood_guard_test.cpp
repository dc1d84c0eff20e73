#include "http2/flood_guard.h"

#include <gtest/gtest.h>

namespace usquic::http2 {
namespace {

constexpr TimePoint start{std::chrono::hours(1)};

TEST(FloodGuard, AllowsABurstAndThenNoMore) {
  FloodGuard guard(3, 5);
  for (std::uint32_t i = 0; i < 3 * FloodGuard::burst_seconds; ++i) EXPECT_TRUE(guard.allow_reset(start));
  EXPECT_FALSE(guard.allow_reset(start));
  // Of their own.
  for (std::uint32_t i = 0; i < 5 * FloodGuard::burst_seconds; ++i) EXPECT_TRUE(guard.allow_control(start));
  EXPECT_FALSE(guard.allow_control(start));
}

TEST(FloodGuard, AllowsItsRateAgainAsTimePasses) {
  FloodGuard guard(2, 0);
  while (guard.allow_reset(start)) {
  }
  EXPECT_FALSE(guard.allow_reset(start + std::chrono::milliseconds(400)));
  EXPECT_TRUE(guard.allow_reset(start + std::chrono::milliseconds(500)));
  EXPECT_FALSE(guard.allow_reset(start + std::chrono::milliseconds(600)));
  EXPECT_TRUE(guard.allow_reset(start + std::chrono::seconds(2)));
  EXPECT_TRUE(guard.allow_reset(start + std::chrono::seconds(2)));
}

TEST(FloodGuard, SavesNoMoreThanABurst) {
  FloodGuard guard(1, 0);
  EXPECT_TRUE(guard.allow_reset(start));
  const TimePoint later = start + std::chrono::hours(100);
  for (std::uint32_t i = 0; i < FloodGuard::burst_seconds; ++i) EXPECT_TRUE(guard.allow_reset(later));
  EXPECT_FALSE(guard.allow_reset(later));
}

TEST(FloodGuard, AllowsEverythingWithoutALimit) {
  FloodGuard guard(0, 0);
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(guard.allow_reset(start) && guard.allow_control(start));
}

}  // namespace
}  // namespace usquic::http2
