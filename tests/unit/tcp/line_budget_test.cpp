#include "tcp/line_budget.h"

#include <gtest/gtest.h>

namespace usquic::tcp {
namespace {

TEST(LineBudget, HoldsForASecondAndTellsWhatWasLeftOut) {
  LineBudget budget;
  TimePoint now{std::chrono::hours(1)};
  for (unsigned i = 0; i < LineBudget::lines_per_second; ++i) EXPECT_EQ(budget.take(now), 0U);
  EXPECT_EQ(budget.take(now), std::nullopt);
  EXPECT_EQ(budget.take(now + std::chrono::milliseconds(999)), std::nullopt);
  EXPECT_EQ(budget.take(now + std::chrono::seconds(1)), 2U);
  EXPECT_EQ(budget.take(now + std::chrono::seconds(1)), 0U);
}

}  // namespace
}  // namespace usquic::tcp
