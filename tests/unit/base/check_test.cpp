#include "base/check.h"

#include <gtest/gtest.h>

namespace {

TEST(Check, EvaluatesItsConditionOnce) {
  int calls = 0;
  CHECK(++calls == 1);
  EXPECT_EQ(calls, 1);
}

TEST(CheckDeathTest, NamesPlaceAndConditionAndAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const int one = 1;
  EXPECT_DEATH(CHECK(one == 2), "check_test.cpp:[0-9]+: invariant broken: one == 2");
}

}  // namespace
