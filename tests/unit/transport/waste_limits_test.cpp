#include "transport/waste_limits.h"

#include <gtest/gtest.h>

#include "start_time.h"

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t per_second = 3;
constexpr std::uint32_t burst = per_second * WasteLimits::burst_seconds;

TEST(WasteLimits, LetStreamsGoInABurstAndThenAtTheRate) {
  WasteLimits limits;
  for (std::uint32_t i = 0; i < burst; ++i) EXPECT_TRUE(limits.allow_stream(start_time, per_second));
  EXPECT_FALSE(limits.allow_stream(start_time, per_second));
  EXPECT_TRUE(limits.allow_stream(start_time + 1s, per_second));
}

TEST(WasteLimits, CountEachFrameOfAPacket) {
  WasteLimits limits;
  EXPECT_TRUE(limits.allow_frames(start_time, burst - 1, per_second));
  EXPECT_FALSE(limits.allow_frames(start_time, 2, per_second));
}

TEST(WasteLimits, CountStreamsAndFramesApart) {
  WasteLimits limits;
  EXPECT_TRUE(limits.allow_frames(start_time, burst, per_second));
  EXPECT_TRUE(limits.allow_stream(start_time, per_second));
}

TEST(WasteLimits, AreNoneWhereTheRateIsZero) {
  WasteLimits limits;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(limits.allow_stream(start_time, 0));
  EXPECT_TRUE(limits.allow_frames(start_time, 1'000'000, 0));
}

TEST(WasteLimits, DoNotCountPacketsWithoutSuchFrames) {
  WasteLimits limits;
  EXPECT_TRUE(limits.allow_frames(start_time, burst, per_second));
  EXPECT_TRUE(limits.allow_frames(start_time, 0, per_second));
}

// A control stream, and QPACK's encoder and decoder stream.
TEST(WasteLimits, CountUnidirectionalStreamsBeyondThree) {
  WasteLimits limits;
  for (std::uint32_t i = 0; i < 3 + burst; ++i) EXPECT_TRUE(limits.allow_uni_stream(start_time, per_second));
  EXPECT_FALSE(limits.allow_uni_stream(start_time, per_second));
  EXPECT_FALSE(limits.allow_stream(start_time, per_second));
}

TEST(WasteLimits, EndAConnectionInItsProtocolsWords) {
  EXPECT_EQ(WasteLimits::excess(true), ErrorCode(ApplicationError{0x107}));
  EXPECT_EQ(WasteLimits::excess(false), ErrorCode(TransportError::protocol_violation));
}

}  // namespace
}  // namespace usquic::transport
