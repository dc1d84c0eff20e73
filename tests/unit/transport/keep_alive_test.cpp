#include "transport/keep_alive.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

TEST(KeepAlive, SendsNoPingUnlessItIsWanted) {
  EXPECT_EQ(KeepAlive(Duration(0)).interval(30 * second), KeepAlive::none);
}

TEST(KeepAlive, WaitsAsLongAsWasAskedFor) {
  EXPECT_EQ(KeepAlive(std::chrono::seconds(5)).interval(30 * second), 5 * second);
  EXPECT_EQ(KeepAlive(std::chrono::seconds(5)).interval(KeepAlive::none), 5 * second);
}

TEST(KeepAlive, WaitsAtMostHalfTheIdleTimeout) {
  EXPECT_EQ(KeepAlive(std::chrono::seconds(25)).interval(30 * second), 15 * second);
}

TEST(KeepAlive, IsNeverZeroWhichWouldMeanNone) {
  EXPECT_EQ(KeepAlive(std::chrono::seconds(1)).interval(1), 1u);
}

TEST(KeepAlive, TakesTheSmallerIdleTimeoutOfBothSides) {
  EXPECT_EQ(KeepAlive::agreed_idle_timeout(30 * second, 10 * second), 10 * second);
  EXPECT_EQ(KeepAlive::agreed_idle_timeout(10 * second, 30 * second), 10 * second);
}

TEST(KeepAlive, TakesAnIdleTimeoutOfZeroForNone) {
  EXPECT_EQ(KeepAlive::agreed_idle_timeout(0, 10 * second), 10 * second);
  EXPECT_EQ(KeepAlive::agreed_idle_timeout(10 * second, 0), 10 * second);
  EXPECT_EQ(KeepAlive::agreed_idle_timeout(0, 0), KeepAlive::none);
}

}  // namespace
}  // namespace usquic::transport
