#include "load/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "second.h"

namespace usquic::tools::load {
namespace {

TEST(LoadArrivals, AreEvenlySpaced) {
  Arrivals arrivals(1000, 0, 1);
  arrivals.start(second_ns);
  for (std::int64_t i = 0; i < 5; ++i) EXPECT_EQ(arrivals.take(), second_ns + i * second_ns / 1000);
}

TEST(LoadArrivals, AreDueWhenTheirTimeHasComeAndNotBefore) {
  Arrivals arrivals(10, 0, 1);
  arrivals.start(0);
  EXPECT_TRUE(arrivals.is_due(0));
  arrivals.take();
  EXPECT_FALSE(arrivals.is_due(second_ns / 10 - 1));
  EXPECT_TRUE(arrivals.is_due(second_ns / 10));
}

// Coordinated omission: what was late keeps the time that it was due at.
TEST(LoadArrivals, KeepTheirScheduleWhenTheyAreTakenLate) {
  Arrivals arrivals(100, 0, 1);
  arrivals.start(0);
  constexpr std::int64_t late_ns = 3 * second_ns;
  std::vector<std::int64_t> due;
  while (arrivals.is_due(late_ns)) due.push_back(arrivals.take());
  ASSERT_EQ(due.size(), 301u);
  EXPECT_EQ(due.front(), 0);
  EXPECT_EQ(due.back(), late_ns);
}

TEST(LoadArrivals, OfSeveralThreadsInterleaveToTheWholeRate) {
  std::vector<std::int64_t> due;
  for (std::uint64_t thread = 0; thread < 3; ++thread) {
    Arrivals arrivals(300, thread, 3);
    arrivals.start(0);
    while (arrivals.next_due_ns() < second_ns) due.push_back(arrivals.take());
  }
  std::sort(due.begin(), due.end());
  ASSERT_EQ(due.size(), 300u);
  for (std::size_t i = 0; i < due.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(due[i]), static_cast<double>(i) * 1e9 / 300, 1);
  }
}

TEST(LoadArrivals, DoNotDriftOverALongRun) {
  Arrivals arrivals(3, 0, 1);  // a third of a second is no whole number of nanoseconds
  arrivals.start(0);
  for (int i = 0; i < 3 * 3600; ++i) arrivals.take();
  EXPECT_NEAR(static_cast<double>(arrivals.next_due_ns()), 3600e9, 1);
}

TEST(LoadArrivals, EndWhereTheyAreTold) {
  Arrivals arrivals(10, 0, 1);
  arrivals.start(0);
  arrivals.end(second_ns);
  int taken = 0;
  for (; arrivals.is_due(10 * second_ns); ++taken) arrivals.take();
  EXPECT_EQ(taken, 10);  // the eleventh is due at the end itself
}

}  // namespace
}  // namespace usquic::tools::load
