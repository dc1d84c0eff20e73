// Timers on a clock of the test's own.
#include "loop/timers.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <vector>

#include "base/ext.h"

namespace {

using namespace std::chrono_literals;
using usquic::Duration;
using usquic::TimePoint;
using usquic::loop::Timers;

constexpr TimePoint start{1000s};

// A timer's ext memory points at the function to run.
us_timer_t* make_timer(Timers& timers, std::function<void(us_timer_t*)>& run, bool is_fallthrough = false) {
  us_timer_t* timer = timers.create(nullptr, is_fallthrough, sizeof(void*));
  *static_cast<std::function<void(us_timer_t*)>**>(usquic::ext_of(timer)) = &run;
  return timer;
}

void run_function(us_timer_t* timer) {
  (**static_cast<std::function<void(us_timer_t*)>**>(usquic::ext_of(timer)))(timer);
}

class TimersTest : public testing::Test {
 protected:
  Timers timers_;
  int runs_ = 0;
  std::function<void(us_timer_t*)> count_ = [this](us_timer_t*) { ++runs_; };
};

TEST_F(TimersTest, RunsATimerOnceAtItsTimeAndNotBefore) {
  us_timer_t* timer = make_timer(timers_, count_);
  timers_.arm(*timer, run_function, start + 5ms, Duration::zero());
  EXPECT_EQ(timers_.earliest(), start + 5ms);
  timers_.run_due(start + 5ms - 1ns);
  EXPECT_EQ(runs_, 0);
  timers_.run_due(start + 5ms);
  EXPECT_EQ(runs_, 1);
  timers_.run_due(start + 1h);
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(timers_.earliest(), usquic::never);
}

TEST_F(TimersTest, ArmedTimersKeepTheLoopAliveUnlessFallthrough) {
  us_timer_t* keeping = make_timer(timers_, count_);
  us_timer_t* fallthrough = make_timer(timers_, count_, true);
  EXPECT_FALSE(timers_.keep_alive());
  timers_.arm(*fallthrough, run_function, start, Duration::zero());
  EXPECT_FALSE(timers_.keep_alive());
  timers_.arm(*keeping, run_function, start, Duration::zero());
  timers_.arm(*keeping, run_function, start + 1ms, Duration::zero());
  EXPECT_TRUE(timers_.keep_alive());
  timers_.disarm(*keeping);
  EXPECT_FALSE(timers_.keep_alive());
  timers_.arm(*keeping, run_function, start, Duration::zero());
  timers_.run_due(start);
  EXPECT_FALSE(timers_.keep_alive());
  EXPECT_EQ(runs_, 2);
}

TEST_F(TimersTest, RepeatsDoNotDriftWhenIterationsAreLate) {
  us_timer_t* timer = make_timer(timers_, count_);
  timers_.arm(*timer, run_function, start + 10ms, 10ms);
  for (int i = 1; i <= 100; ++i) {
    timers_.run_due(start + i * 10ms + 3ms);
    EXPECT_EQ(timers_.earliest(), start + (i + 1) * 10ms);
  }
  EXPECT_EQ(runs_, 100);
}

TEST_F(TimersTest, RepeatsThatWereMissedAltogetherAreLeftOut) {
  us_timer_t* timer = make_timer(timers_, count_);
  timers_.arm(*timer, run_function, start + 10ms, 10ms);
  timers_.run_due(start + 10s + 1ms);
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(timers_.earliest(), start + 10s + 10ms);
  timers_.run_due(start + 10s + 2ms);
  EXPECT_EQ(runs_, 1);
}

TEST_F(TimersTest, ARepeatThatFallsExactlyOnNowComesNextTime) {
  us_timer_t* timer = make_timer(timers_, count_);
  timers_.arm(*timer, run_function, start, 10ms);
  timers_.run_due(start + 10ms);
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(timers_.earliest(), start + 20ms);
}

TEST_F(TimersTest, ATimerArmedForNowInsideACallbackWaitsForTheNextCall) {
  us_timer_t* other = make_timer(timers_, count_);
  std::function<void(us_timer_t*)> rearm = [&](us_timer_t* timer) {
    ++runs_;
    timers_.arm(*timer, run_function, start, Duration::zero());
    timers_.arm(*other, run_function, start - 1ms, Duration::zero());
  };
  us_timer_t* timer = make_timer(timers_, rearm);
  timers_.arm(*timer, run_function, start, Duration::zero());
  timers_.run_due(start);
  EXPECT_EQ(runs_, 1);
  timers_.run_due(start);
  EXPECT_EQ(runs_, 3);
}

TEST_F(TimersTest, ACallbackMayDisarmOrMoveTimersThatAreDueToo) {
  us_timer_t* disarmed = make_timer(timers_, count_);
  us_timer_t* moved = make_timer(timers_, count_);
  std::function<void(us_timer_t*)> change = [&](us_timer_t*) {
    timers_.disarm(*disarmed);
    timers_.arm(*moved, run_function, start + 1h, Duration::zero());
  };
  us_timer_t* first = make_timer(timers_, change);
  timers_.arm(*first, run_function, start - 1ms, Duration::zero());
  timers_.arm(*disarmed, run_function, start, Duration::zero());
  timers_.arm(*moved, run_function, start, Duration::zero());
  timers_.run_due(start);
  EXPECT_EQ(runs_, 0);
  EXPECT_EQ(timers_.earliest(), start + 1h);
  EXPECT_TRUE(timers_.keep_alive());
}

TEST_F(TimersTest, ACallbackMayCloseItselfAndOthersThatAreDueToo) {
  std::vector<us_timer_t*> all;
  std::function<void(us_timer_t*)> close_all = [&](us_timer_t*) {
    ++runs_;
    for (us_timer_t* timer : all) timers_.close(*timer);
  };
  for (int i = 0; i < 10; ++i) {
    all.push_back(make_timer(timers_, close_all));
    timers_.arm(*all.back(), run_function, start, 1ms);
  }
  timers_.run_due(start);
  EXPECT_EQ(runs_, 1);
  EXPECT_FALSE(timers_.keep_alive());
  EXPECT_EQ(timers_.earliest(), usquic::never);
  // Still readable until they are freed.
  for (us_timer_t* timer : all) EXPECT_TRUE(timer->is_closed);
  EXPECT_TRUE(timers_.has_closed());
  timers_.free_closed();
  EXPECT_FALSE(timers_.has_closed());
}

TEST_F(TimersTest, ARepeatingTimerThatDisarmsItselfStays) {
  std::function<void(us_timer_t*)> disarm = [&](us_timer_t* timer) {
    ++runs_;
    timers_.disarm(*timer);
  };
  us_timer_t* timer = make_timer(timers_, disarm);
  timers_.arm(*timer, run_function, start, 1ms);
  timers_.run_due(start);
  timers_.run_due(start + 1s);
  EXPECT_EQ(runs_, 1);
  EXPECT_FALSE(timers_.keep_alive());
}

TEST_F(TimersTest, RunInTheOrderOfTheirDeadlines) {
  std::vector<int> order;
  std::vector<std::function<void(us_timer_t*)>> functions;
  functions.reserve(20);
  for (int i = 0; i < 20; ++i) {
    const int place = (i * 7) % 20;
    functions.emplace_back([&order, place](us_timer_t*) { order.push_back(place); });
    timers_.arm(*make_timer(timers_, functions.back()), run_function, start + place * 1ms, Duration::zero());
  }
  timers_.run_due(start + 1s);
  ASSERT_EQ(order.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(TimersTest, DestructionFreesOpenAndClosedTimers) {
  us_timer_t* armed = make_timer(timers_, count_);
  timers_.arm(*armed, run_function, start, 1ms);
  timers_.close(*make_timer(timers_, count_));
  make_timer(timers_, count_);  // the leak checker looks at the rest
}

}  // namespace
