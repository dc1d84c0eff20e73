#include "load/ticket_wait.h"

#include <gtest/gtest.h>

namespace usquic::tools::load {
namespace {

constexpr std::int64_t kDone = 5'000'000'000;
constexpr std::int64_t kLater = kDone + TicketWait::kLongestNs;

TEST(TicketWait, IsOverAtOnceWhereTicketsAreNotOffered) {
  TicketWait wait(false);
  EXPECT_TRUE(wait.is_over(false, kDone, kDone));
}

TEST(TicketWait, EndsWithTheTicketOrInTime) {
  TicketWait wait(true);
  EXPECT_FALSE(wait.is_over(false, kDone, kDone));
  EXPECT_FALSE(wait.is_over(false, kDone, kLater - 1));
  EXPECT_TRUE(wait.is_over(true, kDone, kLater - 1));
  EXPECT_FALSE(wait.is_over(false, kDone, kDone));
  EXPECT_TRUE(wait.is_over(false, kDone, kLater));
  EXPECT_FALSE(wait.is_over(false, kDone, kDone));  // others bring tickets
}

TEST(TicketWait, HappensOnceForAServerThatSendsNone) {
  TicketWait wait(true);
  EXPECT_TRUE(wait.is_over(false, kDone, kLater));
  EXPECT_TRUE(wait.is_over(false, kLater, kLater));
}

}  // namespace
}  // namespace usquic::tools::load
