#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>

namespace {

using usquic::Error;
using usquic::Result;

Result<int> half(int n) {
  if (n % 2 != 0) return Error{-1};
  return n / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  Result<int> good = half(4);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 2);
  EXPECT_EQ(good.error(), 0);
  const Result<int> bad = half(3);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error(), -1);
}

TEST(Result, GivesItsValueAway) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  EXPECT_EQ(*result->get(), 7);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(ResultDeathTest, RefusesToGiveAValueThatIsNotThere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Result<int> bad = half(3);
  EXPECT_DEATH(static_cast<void>(*bad), "value");
}

TEST(ResultDeathTest, RefusesAnErrorThatIsNone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(Result<int>(Error{0})), "code");
}

// What is trivially copyable and no larger than an int is returned in a register.
static_assert(std::is_trivially_copyable_v<Result<void>>);
static_assert(std::is_trivially_destructible_v<Result<void>>);
static_assert(sizeof(Result<void>) == sizeof(int));

TEST(ResultOfNothing, SaysWhetherItWorked) {
  const Result<void> good;
  EXPECT_TRUE(good);
  EXPECT_EQ(good.error(), 0);
  const Result<void> bad = Error{-3};
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error(), -3);
}

TEST(ResultOfNothing, ComesFromACodeOfTheCInterface) {
  EXPECT_TRUE(Result<void>::of_code(0));
  EXPECT_EQ(Result<void>::of_code(-3).error(), -3);
}

TEST(ResultOfNothingDeathTest, RefusesACodeThatIsNoError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(Result<void>::of_code(1)), "code");
}

}  // namespace
