#include "quic/group/worker_loads.h"

#include <gtest/gtest.h>

namespace usquic::quic {
namespace {

constexpr std::uint64_t some_ports = 1;
constexpr std::uint64_t other_ports = 2;

TEST(WorkerLoads, ChooseWhoHasClearlyFewer) {
  WorkerLoads loads(3);
  loads.publish(0, 100, some_ports);
  loads.publish(1, 90, some_ports);
  loads.publish(2, 80, some_ports);
  EXPECT_EQ(loads.choose(0), 2U);
  EXPECT_EQ(loads.choose(1), 2U);
  EXPECT_EQ(loads.choose(2), 2U);
}

TEST(WorkerLoads, LeaveSmallDifferences) {
  WorkerLoads loads(2);
  loads.publish(0, 2, some_ports);
  loads.publish(1, 0, some_ports);
  EXPECT_EQ(loads.choose(0), 0U);
  loads.publish(0, 3, some_ports);
  EXPECT_EQ(loads.choose(0), 1U);
  loads.publish(1, 3200, some_ports);
  loads.publish(0, 3302, some_ports);
  EXPECT_EQ(loads.choose(0), 0U);
  loads.publish(0, 3303, some_ports);
  EXPECT_EQ(loads.choose(0), 1U);
}

TEST(WorkerLoads, CountWhatIsOnItsWay) {
  WorkerLoads loads(2);
  loads.publish(0, 6, some_ports);
  loads.publish(1, 0, some_ports);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(loads.choose(0), 1U);
    loads.add(1);
  }
  EXPECT_EQ(loads.choose(0), 1U);
  loads.add(1);
  EXPECT_EQ(loads.choose(0), 0U);
}

TEST(WorkerLoads, SendNobodyToWhoDoesNotListenThere) {
  WorkerLoads loads(3);
  loads.publish(0, 100, some_ports);
  loads.publish(1, 0, other_ports);
  loads.publish(2, 0, 0);
  EXPECT_EQ(loads.choose(0), 0U);
  loads.publish(0, 100, 0);
  EXPECT_EQ(loads.choose(0), 0U);
}

}  // namespace
}  // namespace usquic::quic
