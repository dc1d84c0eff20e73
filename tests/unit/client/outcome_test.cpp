#include "client/outcome.h"

#include <gtest/gtest.h>

namespace usquic::client {
namespace {

class OutcomeOf : public testing::Test {
 protected:
  OutcomeOf() {
    handlers.end = [this] { ++ends; };
    handlers.error = [this](int error, std::string_view text) {
      errors += std::to_string(error) + " " + std::string(text) + ";";
    };
  }

  Outcome outcome;
  FetchHandlers handlers;
  int ends = 0;
  std::string errors;
};

TEST_F(OutcomeOf, ASuccessRunsTheEndHandler) {
  EXPECT_FALSE(outcome.is_decided());
  EXPECT_TRUE(outcome.decide(std::nullopt));
  EXPECT_TRUE(outcome.is_decided());
  EXPECT_EQ(ends, 0);
  outcome.report(handlers);
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(errors, "");
}

TEST_F(OutcomeOf, AFailureIsTheFirstOneDecided) {
  EXPECT_TRUE(outcome.decide(Failure{{US_QUIC_E_TIMEOUT}, "not done"}));
  EXPECT_FALSE(outcome.decide(Failure{{US_QUIC_E_CLOSED}, "later"}));
  EXPECT_FALSE(outcome.decide(std::nullopt));
  outcome.report(handlers);
  EXPECT_EQ(ends, 0);
  EXPECT_EQ(errors, std::to_string(US_QUIC_E_TIMEOUT) + " not done;");
}

TEST_F(OutcomeOf, AFetchIsReportedOnlyOnceAndOnlyWhenDecided) {
  EXPECT_DEATH(outcome.report(handlers), "phase_");
  outcome.decide(std::nullopt);
  outcome.report(handlers);
  EXPECT_FALSE(outcome.decide(Failure{{US_QUIC_E_CLOSED}, "after the report"}));
  EXPECT_DEATH(outcome.report(handlers), "phase_");
}

TEST(InvokeHandler, LetsTheHandlerReplaceItself) {
  Function<void()> slot;
  std::string calls;
  slot = [&] {
    calls += "first ";
    slot = [&] { calls += "second "; };
  };
  run_handler(slot);
  run_handler(slot);
  run_handler(slot);
  EXPECT_EQ(calls, "first second second ");
}

TEST(InvokeHandler, RunsNothingInsideItselfAndNothingWhenEmpty) {
  Function<void(int)> slot;
  run_handler(slot, 1);
  int runs = 0;
  slot = [&](int depth) {
    ++runs;
    if (depth < 3) run_handler(slot, depth + 1);
  };
  run_handler(slot, 1);
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace usquic::client
