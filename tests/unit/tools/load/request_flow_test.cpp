#include "load/request_flow.h"

#include <gtest/gtest.h>

#include <string>

#include "base/system_clock.h"
#include "second.h"

namespace usquic::tools::load {
namespace {

// Without any connection.
class LoadRequestFlow : public testing::Test, public Measurement::Delegate {
 protected:
  Traffic traffic() const override { return {}; }
  void on_measuring_began(std::int64_t) override {}
  void on_measuring_ended(std::int64_t) override {}
  void on_finished() override { ++finished_; }

  Plan plan_;
  std::string body_;
  Target target_{{}, {}, {}, body_};
  int finished_ = 0;
};

TEST_F(LoadRequestFlow, OfAnOpenLoopFailsRequestsThatNoStreamWasFreeFor) {
  plan_.timeout_ns = second_ns;
  Measurement measurement(3, true, *this);
  RequestFlow requests(plan_, target_, 1, Arrivals(10, 0, 1), measurement);
  ASSERT_TRUE(requests.is_open_loop());
  measurement.enter(Phase::Measuring);
  requests.on_measuring_began();
  const std::int64_t start = monotonic_ns();
  requests.start(start);
  EXPECT_FALSE(requests.is_drained(start));
  EXPECT_EQ(requests.wait_ns(), -1) << "no connection is ready";
  requests.dispatch(start + second_ns - 1);
  EXPECT_EQ(measurement.tally().failures(), 0u);
  requests.dispatch(start + second_ns + second_ns / 10);
  EXPECT_EQ(measurement.tally().failures(), 2u);
  EXPECT_EQ(measurement.tally().first_failure.code, ExitCode::Timeout);
  requests.dispatch(start + second_ns + 2 * second_ns / 10);
  EXPECT_EQ(finished_, 1);
}

TEST_F(LoadRequestFlow, OfAClosedLoopIsDrainedWithoutRequests) {
  Measurement measurement(0, false, *this);
  RequestFlow requests(plan_, target_, 1, std::nullopt, measurement);
  EXPECT_FALSE(requests.is_open_loop());
  EXPECT_TRUE(requests.is_drained(monotonic_ns()));
  requests.expire(monotonic_ns());
  EXPECT_EQ(measurement.tally().failures(), 0u);
}

TEST_F(LoadRequestFlow, UsesUpAConnectionAfterSoManyRequests) {
  Measurement measurement(0, false, *this);
  RequestFlow requests(plan_, target_, 1, std::nullopt, measurement);
  Connection connection = {nullptr, nullptr, nullptr, 0};
  connection.launched = 100;
  EXPECT_FALSE(requests.is_used_up(connection)) << "no bound";
  plan_.requests_per_connection = 101;
  EXPECT_FALSE(requests.is_used_up(connection));
  plan_.requests_per_connection = 100;
  EXPECT_TRUE(requests.is_used_up(connection));
}

}  // namespace
}  // namespace usquic::tools::load
