#include "transport/header_timeouts.h"

#include <gtest/gtest.h>

#include "start_time.h"

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

TEST(HeaderTimeouts, EndTheLateOnesInTheirOrder) {
  HeaderTimeouts timeouts(10s);
  HeaderWait first;
  HeaderWait second;
  EXPECT_EQ(timeouts.deadline(), never);
  timeouts.begin(first, start_time);
  timeouts.begin(second, start_time + 1s);
  EXPECT_EQ(timeouts.deadline(), start_time + 10s);
  EXPECT_EQ(timeouts.pop_late(start_time + 9s), nullptr);
  EXPECT_EQ(timeouts.pop_late(start_time + 11s), &first);
  EXPECT_EQ(timeouts.pop_late(start_time + 11s), &second);
  EXPECT_EQ(timeouts.pop_late(start_time + 11s), nullptr);
  EXPECT_EQ(timeouts.deadline(), never);
}

TEST(HeaderTimeouts, LeaveWhatIsComplete) {
  HeaderTimeouts timeouts(10s);
  HeaderWait first;
  HeaderWait second;
  timeouts.begin(first, start_time);
  timeouts.begin(second, start_time + 1s);
  HeaderTimeouts::end(first);
  HeaderTimeouts::end(first);
  EXPECT_EQ(timeouts.deadline(), start_time + 11s);
  EXPECT_EQ(timeouts.pop_late(start_time + 20s), &second);
}

TEST(HeaderTimeouts, ForgetARequestThatIsDestroyed) {
  HeaderTimeouts timeouts(10s);
  {
    HeaderWait request;
    timeouts.begin(request, start_time);
  }
  EXPECT_EQ(timeouts.deadline(), never);
}

TEST(HeaderTimeouts, AreNoneWhereTheTimeIsZero) {
  HeaderTimeouts timeouts(0s);
  HeaderWait request;
  timeouts.begin(request, start_time);
  EXPECT_EQ(timeouts.deadline(), never);
  EXPECT_EQ(timeouts.pop_late(never), nullptr);
}

// They may be sent again on another connection.
TEST(HeaderTimeouts, RejectWhatIsLate) {
  EXPECT_EQ(HeaderTimeouts::late_code, 0x10bu);
}

}  // namespace
}  // namespace usquic::transport
