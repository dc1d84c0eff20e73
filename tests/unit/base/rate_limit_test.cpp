#include "base/rate_limit.h"

#include <gtest/gtest.h>

namespace usquic {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RateLimit, AllowsABurstAndThenTheRate) {
  RateLimit limit(10, 5);
  TimePoint now{seconds(1000)};
  int allowed = 0;
  for (int i = 0; i < 100; ++i) allowed += limit.allow(now) ? 1 : 0;
  EXPECT_EQ(allowed, 5);
  EXPECT_FALSE(limit.allow(now + milliseconds(99)));
  EXPECT_TRUE(limit.allow(now + milliseconds(100)));
  EXPECT_FALSE(limit.allow(now + milliseconds(101)));
}

}  // namespace
}  // namespace usquic
