#include "load/connection_set.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/system_clock.h"
#include "load/generator.h"

namespace usquic::tools::load {
namespace {

// Each connection has a context of its own, and none can be made.
class LoadConnectionSet : public testing::Test, public Measurement::Delegate, public ConnectionSet::Delegate {
 protected:
  LoadConnectionSet() { plan_.has_context_per_connection = true; }

  Traffic traffic() const override { return {}; }
  void on_measuring_began(std::int64_t) override {}
  void on_measuring_ended(std::int64_t) override {}
  void on_finished() override { ++finished_; }
  us_quic_socket_context_t* create_context(Failure& failure) override {
    ++attempts_;
    failure = {ExitCode::Connect, "no context"};
    return nullptr;
  }
  void on_all_tried() override { ++all_tried_; }

  ConnectionSet& make(std::size_t size, std::uint64_t goal) {
    measurement_ = std::make_unique<Measurement>(goal, false, *this);
    generator_ = std::make_unique<Generator>(plan_, target_, 0, board_, nullptr);
    connections_ = std::make_unique<ConnectionSet>(plan_, target_, size, *measurement_, *this, *generator_);
    return *connections_;
  }

  Plan plan_;
  std::string body_;
  Target target_{{}, {}, {}, body_};
  Board board_;
  std::unique_ptr<Measurement> measurement_;
  std::unique_ptr<Generator> generator_;
  std::unique_ptr<ConnectionSet> connections_;
  int attempts_ = 0;
  int all_tried_ = 0;
  int finished_ = 0;
};

TEST_F(LoadConnectionSet, TriesEveryLaneOnceAndWaitsBeforeItTriesAgain) {
  ConnectionSet& connections = make(3, 0);
  connections.start();
  EXPECT_EQ(attempts_, 3);
  EXPECT_EQ(all_tried_, 1);
  EXPECT_EQ(measurement_->tally().failures(), 3u);
  EXPECT_EQ(measurement_->tally().first_failure.reason, "no context");
  for (const Lane& lane : connections.lanes()) {
    EXPECT_EQ(lane.connection, nullptr);
    EXPECT_GT(lane.not_before_ns, monotonic_ns());
  }
  connections.start();
  EXPECT_EQ(attempts_, 3);
}

TEST_F(LoadConnectionSet, TriesNothingOnceEverythingCloses) {
  ConnectionSet& connections = make(3, 0);
  measurement_->enter(Phase::Stopping);
  connections.start();
  EXPECT_EQ(attempts_, 0);
}

TEST_F(LoadConnectionSet, FailuresCountTowardsAGoalOfHandshakes) {
  plan_.is_handshakes_only = true;
  ConnectionSet& connections = make(3, 2);
  connections.start();
  EXPECT_EQ(attempts_, 0) << "nothing is measured yet";
  measurement_->enter(Phase::Measuring);
  connections.on_measuring_began(monotonic_ns());
  connections.start();
  EXPECT_EQ(attempts_, 2);
  EXPECT_EQ(finished_, 1);
}

TEST_F(LoadConnectionSet, GivesUpAGoalWhenTheServerStaysAway) {
  plan_.timeout_ns = 1000;
  ConnectionSet& connections = make(1, 5);
  measurement_->enter(Phase::Measuring);
  connections.on_measuring_began(10'000);
  connections.give_up_without_server(10'999);
  EXPECT_EQ(finished_, 0);
  measurement_->live().open.add(1);
  connections.give_up_without_server(20'000);
  measurement_->live().open.subtract(1);
  connections.give_up_without_server(20'999);
  EXPECT_EQ(finished_, 0);
  connections.give_up_without_server(21'000);
  EXPECT_EQ(finished_, 1);
  EXPECT_EQ(measurement_->tally().failures(), 5u);
}

}  // namespace
}  // namespace usquic::tools::load
