#include "base/wall_clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace usquic {
namespace {

TEST(WallClock, IsTheSystemsByDefault) {
  const std::time_t before = std::time(nullptr);
  const std::time_t now =
      std::chrono::floor<std::chrono::seconds>(WallClock().now()).time_since_epoch().count();
  EXPECT_GE(now + 1, before);  // time() may read a coarser clock
  EXPECT_LE(now, std::time(nullptr) + 1);
}

TEST(WallClock, IsWhatItIsGiven) {
  WallTime time{std::chrono::hours(5)};
  const WallClock clock([](void* user) { return *static_cast<WallTime*>(user); }, &time);
  EXPECT_EQ(clock.now(), time);
  time += std::chrono::seconds(1);
  EXPECT_EQ(clock.now(), time);
}

}  // namespace
}  // namespace usquic
