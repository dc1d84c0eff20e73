#include "transport/http_idle.h"

#include <gtest/gtest.h>

#include "start_time.h"

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

TEST(HttpIdle, CountsFromTheHandshakeAndFromEachRequestsEnd) {
  HttpIdle idle(30s);
  EXPECT_EQ(idle.deadline(0), never);
  idle.used(start_time);
  EXPECT_EQ(idle.deadline(0), start_time + 30s);
  idle.used(start_time + 5s);
  EXPECT_EQ(idle.deadline(0), start_time + 35s);
}

TEST(HttpIdle, WaitsForOpenRequestsHoweverLongTheyTake) {
  HttpIdle idle(30s);
  idle.used(start_time);
  EXPECT_EQ(idle.deadline(1), never);
}

TEST(HttpIdle, NeverComesWhereTheTimeIsZero) {
  HttpIdle idle(0s);
  idle.used(start_time);
  EXPECT_EQ(idle.deadline(0), never);
}

}  // namespace
}  // namespace usquic::transport
