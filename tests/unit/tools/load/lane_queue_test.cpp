#include "load/lane_queue.h"

#include <gtest/gtest.h>

#include <array>

namespace usquic::tools::load {
namespace {

TEST(LoadLaneQueue, IsFirstInFirstOutAroundTheEndOfItsRing) {
  std::array<Lane, 3> lanes;
  LaneQueue queue(lanes.size());
  EXPECT_TRUE(queue.empty());
  for (Lane& lane : lanes) queue.push(lane);
  for (int round = 0; round < 10; ++round) {
    for (Lane& lane : lanes) {
      EXPECT_EQ(queue.size(), 3u);
      Lane& first = queue.pop();
      EXPECT_EQ(&first, &lane);
      queue.push(first);
    }
  }
  for (Lane& lane : lanes) EXPECT_EQ(&queue.pop(), &lane);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace usquic::tools::load
