#include "transport/header_timeouts.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

TEST(HeaderTimeouts, EndTheLateOnesInTheirOrder) {
  HeaderTimeouts timeouts(10s);
  HeaderWait first;
  HeaderWait second;
  EXPECT_EQ(timeouts.deadline(), never);
  timeouts.begin(first, start);
  timeouts.begin(second, start + 1s);
  EXPECT_EQ(timeouts.deadline(), start + 10s);
  EXPECT_EQ(timeouts.pop_late(start + 9s), nullptr);
  EXPECT_EQ(timeouts.pop_late(start + 11s), &first);
  EXPECT_EQ(timeouts.pop_late(start + 11s), &second);
  EXPECT_EQ(timeouts.pop_late(start + 11s), nullptr);
  EXPECT_EQ(timeouts.deadline(), never);
}

TEST(HeaderTimeouts, LeaveWhatIsComplete) {
  HeaderTimeouts timeouts(10s);
  HeaderWait first;
  HeaderWait second;
  timeouts.begin(first, start);
  timeouts.begin(second, start + 1s);
  HeaderTimeouts::end(first);
  HeaderTimeouts::end(first);
  EXPECT_EQ(timeouts.deadline(), start + 11s);
  EXPECT_EQ(timeouts.pop_late(start + 20s), &second);
}

TEST(HeaderTimeouts, ForgetARequestThatIsDestroyed) {
  HeaderTimeouts timeouts(10s);
  {
    HeaderWait request;
    timeouts.begin(request, start);
  }
  EXPECT_EQ(timeouts.deadline(), never);
}

TEST(HeaderTimeouts, AreNoneWhereTheTimeIsZero) {
  HeaderTimeouts timeouts(0s);
  HeaderWait request;
  timeouts.begin(request, start);
  EXPECT_EQ(timeouts.deadline(), never);
  EXPECT_EQ(timeouts.pop_late(never), nullptr);
}

// They may be sent again on another connection.
TEST(HeaderTimeouts, RejectWhatIsLate) {
  EXPECT_EQ(HeaderTimeouts::late_code, 0x10bu);
}

}  // namespace
}  // namespace usquic::transport
