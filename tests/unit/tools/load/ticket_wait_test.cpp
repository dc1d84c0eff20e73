#include "load/ticket_wait.h"

#include <gtest/gtest.h>

namespace usquic::tools::load {
namespace {

constexpr std::int64_t done_ns = 5'000'000'000;
constexpr std::int64_t later_ns = done_ns + TicketWait::max_ns;

TEST(TicketWait, IsOverAtOnceWhereTicketsAreNotOffered) {
  TicketWait wait(false);
  EXPECT_TRUE(wait.is_over(false, done_ns, done_ns));
}

TEST(TicketWait, EndsWithTheTicketOrInTime) {
  TicketWait wait(true);
  EXPECT_FALSE(wait.is_over(false, done_ns, done_ns));
  EXPECT_FALSE(wait.is_over(false, done_ns, later_ns - 1));
  EXPECT_TRUE(wait.is_over(true, done_ns, later_ns - 1));
  EXPECT_FALSE(wait.is_over(false, done_ns, done_ns));
  EXPECT_TRUE(wait.is_over(false, done_ns, later_ns));
  EXPECT_FALSE(wait.is_over(false, done_ns, done_ns));  // others bring tickets
}

TEST(TicketWait, HappensOnceForAServerThatSendsNone) {
  TicketWait wait(true);
  EXPECT_TRUE(wait.is_over(false, done_ns, later_ns));
  EXPECT_TRUE(wait.is_over(false, later_ns, later_ns));
}

}  // namespace
}  // namespace usquic::tools::load
