#include "load/figures.h"

#include <gtest/gtest.h>

#include "results.h"

namespace usquic::tools::load {
namespace {

TEST(LoadSpread, IsTheMedianWithTheLeastAndTheGreatest) {
  EXPECT_EQ(spread_of({}).median, 0);
  const Spread odd = spread_of({5, 1, 3});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.greatest, 5);
  EXPECT_EQ(spread_of({4, 1, 2, 3}).median, 2.5);
}

TEST(LoadResult, DividesCpuTimeByTheWorkOfEachRound) {
  TargetResult result;
  result.add(slice_of(100, 0.5, 0.25));
  result.add(slice_of(200, 0.5, 0.9));
  EXPECT_DOUBLE_EQ(result.rounds[0].client_us_per_work(), 5000);
  EXPECT_DOUBLE_EQ(result.rounds[0].server_us_per_work(), 2500);
  EXPECT_DOUBLE_EQ(result.rounds[1].server_us_per_work(), 4500);
  EXPECT_DOUBLE_EQ(result.rounds[1].work_per_second(), 200);
  EXPECT_EQ(result.tally.requests, 300u);
  EXPECT_DOUBLE_EQ(result.seconds(), 2);
}

TEST(LoadResult, TellsNoFigureOfNothing) {
  const Round round;
  EXPECT_EQ(round.work_per_second(), 0);
  EXPECT_EQ(round.client_us_per_work(), 0);
  EXPECT_EQ(round.server_us_per_work(), 0);
}

TEST(LoadResult, KnowsTheServerOnlyIfItDidInEveryRound) {
  TargetResult result;
  EXPECT_FALSE(result.knows_server());
  result.add(slice_of(1, 0, 0.5));
  EXPECT_TRUE(result.knows_server());
  result.add(slice_of(1, 0, -1));
  EXPECT_FALSE(result.knows_server());
}

TEST(LoadResult, AServerIsAsBusyAsItsBusiestThreadOrItsCoresTogether) {
  SliceResult slice = slice_of(1, 0, 0);
  slice.server = CpuUse{.total_ns = 1'600'000'000, .busiest_thread_ns = 900'000'000};
  slice.server_cores = 2;
  TargetResult result;
  result.add(slice);
  EXPECT_DOUBLE_EQ(result.rounds[0].server_busy, 0.9);
  slice.server_cores = 1;  // threads that share a core
  slice.server = CpuUse{.total_ns = 980'000'000, .busiest_thread_ns = 500'000'000};
  result.add(slice);
  EXPECT_DOUBLE_EQ(result.rounds[1].server_busy, 0.98);
}

TEST(LoadResult, CountsConnectionsWhereThereAreNoRequests) {
  TargetResult result;
  result.is_handshakes_only = true;
  SliceResult slice = slice_of(0, 0.1, -1);
  slice.tally.connects = 50;
  result.add(slice);
  EXPECT_EQ(result.rounds[0].work, 50u);
  EXPECT_DOUBLE_EQ(result.rounds[0].client_us_per_work(), 2000);
}

}  // namespace
}  // namespace usquic::tools::load
