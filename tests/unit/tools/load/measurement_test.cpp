#include "load/measurement.h"

#include <gtest/gtest.h>

#include <memory>

namespace usquic::tools::load {
namespace {

class LoadMeasurement : public testing::Test, public Measurement::Delegate {
 protected:
  Traffic traffic() const override { return traffic_; }
  void on_measuring_began(std::int64_t now) override { began_ns_ = now; }
  void on_measuring_ended(std::int64_t now) override { ended_ns_ = now; }
  void on_finished() override { ++finished_; }

  Traffic traffic_;
  std::int64_t began_ns_ = 0;
  std::int64_t ended_ns_ = 0;
  int finished_ = 0;
};

TEST_F(LoadMeasurement, RunsInItsPhaseAlone) {
  Measurement measurement(0, false, *this);
  EXPECT_TRUE(measurement.counts_connects());
  EXPECT_FALSE(measurement.may_begin(0));
  measurement.enter(Phase::WarmingUp);
  EXPECT_FALSE(measurement.is_running());
  EXPECT_FALSE(measurement.counts_connects());
  EXPECT_TRUE(measurement.may_begin(1000));
  measurement.enter(Phase::Measuring);
  EXPECT_TRUE(measurement.is_running());
  EXPECT_TRUE(measurement.counts_connects());
  EXPECT_TRUE(measurement.may_begin(1000));
  EXPECT_GT(began_ns_, 0);
  EXPECT_EQ(measurement.measured_ns(), 0);
  measurement.enter(Phase::Stopping);
  EXPECT_FALSE(measurement.is_running());
  EXPECT_FALSE(measurement.may_begin(0));
  EXPECT_EQ(measurement.measured_ns(), ended_ns_ - began_ns_);
  EXPECT_GE(measurement.cpu_ns(), 0);
  EXPECT_EQ(finished_, 0);
}

TEST_F(LoadMeasurement, CountsTheTrafficBetweenItsBeginAndItsEnd) {
  Measurement measurement(0, false, *this);
  traffic_ = {100, 10, 1};
  measurement.enter(Phase::Measuring);
  traffic_ = {300, 20, 4};
  measurement.enter(Phase::Draining);
  traffic_ = {900, 90, 9};
  measurement.enter(Phase::Stopping);
  EXPECT_EQ(measurement.tally().traffic.received, 200u);
  EXPECT_EQ(measurement.tally().traffic.sent, 10u);
  EXPECT_EQ(measurement.tally().traffic.lost, 3u);
}

TEST_F(LoadMeasurement, FinishesOnceTheGoalIsReached) {
  Measurement measurement(2, false, *this);
  measurement.enter(Phase::Measuring);
  EXPECT_TRUE(measurement.has_goal_ahead());
  EXPECT_TRUE(measurement.may_begin(1));
  EXPECT_FALSE(measurement.may_begin(2));
  measurement.count_done();
  EXPECT_EQ(finished_, 0);
  measurement.count_done();
  measurement.count_done();
  EXPECT_EQ(finished_, 1);
  EXPECT_FALSE(measurement.is_running());
  EXPECT_FALSE(measurement.has_goal_ahead());
}

TEST_F(LoadMeasurement, FailsWhatIsLeftOfAGoalThatIsAbandoned) {
  Measurement measurement(5, false, *this);
  measurement.enter(Phase::Measuring);
  measurement.count_done();
  measurement.abandon({ExitCode::Connect, "away"});
  EXPECT_EQ(finished_, 1);
  EXPECT_EQ(measurement.tally().failures(), 4u);
  EXPECT_EQ(measurement.tally().first_failure.reason, "away");
}

TEST_F(LoadMeasurement, OfAnOpenLoopCountsWhatWasDueInIt) {
  Measurement measurement(0, true, *this);
  EXPECT_FALSE(measurement.counts_request(1));
  measurement.enter(Phase::Measuring);
  EXPECT_FALSE(measurement.counts_request(began_ns_ - 1));
  EXPECT_TRUE(measurement.counts_request(began_ns_));
  measurement.enter(Phase::Draining);
  EXPECT_TRUE(measurement.counts_request(began_ns_));
  EXPECT_FALSE(measurement.counts_request(ended_ns_));
  measurement.finish();
  EXPECT_FALSE(measurement.counts_request(began_ns_));
}

TEST_F(LoadMeasurement, OfAClosedLoopCountsWhatEndsInIt) {
  Measurement measurement(0, false, *this);
  measurement.enter(Phase::Measuring);
  EXPECT_TRUE(measurement.counts_request(began_ns_ - 1));
  measurement.enter(Phase::Stopping);
  EXPECT_FALSE(measurement.counts_request(began_ns_));
}

TEST_F(LoadMeasurement, ShowsFailuresAtOnce) {
  Measurement measurement(0, false, *this);
  measurement.count_failure(FailureKind::Reset, {ExitCode::Receive, "reset"});
  EXPECT_EQ(measurement.live().failures.get(), 1u);
  EXPECT_EQ(measurement.tally().failures(), 1u);
}

}  // namespace
}  // namespace usquic::tools::load
