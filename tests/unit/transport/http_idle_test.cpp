#include "transport/http_idle.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

TEST(HttpIdle, CountsFromTheHandshakeAndFromEachRequestsEnd) {
  HttpIdle idle(30s);
  EXPECT_EQ(idle.deadline(0), never);
  idle.used(start);
  EXPECT_EQ(idle.deadline(0), start + 30s);
  idle.used(start + 5s);
  EXPECT_EQ(idle.deadline(0), start + 35s);
}

TEST(HttpIdle, WaitsForOpenRequestsHoweverLongTheyTake) {
  HttpIdle idle(30s);
  idle.used(start);
  EXPECT_EQ(idle.deadline(1), never);
}

TEST(HttpIdle, NeverComesWhereTheTimeIsZero) {
  HttpIdle idle(0s);
  idle.used(start);
  EXPECT_EQ(idle.deadline(0), never);
}

}  // namespace
}  // namespace usquic::transport
