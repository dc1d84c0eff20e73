#include "client/retry_budget.h"

#include <gtest/gtest.h>

namespace usquic::client {
namespace {

using Cause = RetryBudget::Cause;
constexpr bool repeatable = true;
constexpr bool not_repeatable = false;

RetryBudget after_sending() {
  RetryBudget budget;
  budget.begin_attempt();
  budget.attempt_sent();
  return budget;
}

TEST(RetryBudget, AllowsTwoRetries) {
  RetryBudget budget = after_sending();
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
  EXPECT_TRUE(budget.take(Cause::refused, repeatable));
  EXPECT_FALSE(budget.take(Cause::connection_lost, repeatable));
  EXPECT_FALSE(budget.take(Cause::refused, repeatable));
}

TEST(RetryBudget, RefusesWhatMayHaveBeenProcessedUnlessItIsRepeatable) {
  RetryBudget budget = after_sending();
  EXPECT_FALSE(budget.take(Cause::connection_lost, not_repeatable));
  EXPECT_FALSE(budget.take(Cause::connection_timed_out, not_repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
}

TEST(RetryBudget, AllowsAnyRequestThatWasNotProcessed) {
  EXPECT_TRUE(after_sending().take(Cause::refused, not_repeatable));
  RetryBudget not_sent;
  not_sent.begin_attempt();
  EXPECT_TRUE(not_sent.take(Cause::connection_lost, not_repeatable));
}

TEST(RetryBudget, CountsAnAttemptAsUnsentUntilItGoesOut) {
  RetryBudget budget = after_sending();
  budget.begin_attempt();
  EXPECT_TRUE(budget.take(Cause::connection_lost, not_repeatable));
}

TEST(RetryBudget, AllowsOneTimeoutOfAConnectionThatWasSentOn) {
  RetryBudget budget = after_sending();
  EXPECT_TRUE(budget.take(Cause::connection_timed_out, repeatable));
  EXPECT_FALSE(budget.take(Cause::connection_timed_out, repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
}

TEST(RetryBudget, DoesNotCountATimeoutBeforeSending) {
  RetryBudget budget;
  EXPECT_TRUE(budget.take(Cause::connection_timed_out, repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_timed_out, repeatable));
}

TEST(RetryBudget, RefusesAfterAViolation) {
  RetryBudget budget;
  EXPECT_FALSE(budget.take(Cause::violation, repeatable));
}

TEST(RetryBudget, IsRenewedByARedirectButForTheTimeout) {
  RetryBudget budget = after_sending();
  EXPECT_TRUE(budget.take(Cause::connection_timed_out, repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
  budget.renew();
  EXPECT_FALSE(budget.take(Cause::connection_timed_out, repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
  EXPECT_TRUE(budget.take(Cause::connection_lost, repeatable));
  EXPECT_FALSE(budget.take(Cause::connection_lost, repeatable));
}

}  // namespace
}  // namespace usquic::client
