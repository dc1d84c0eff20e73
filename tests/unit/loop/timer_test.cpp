// The C calls of timers on a running loop.
#include <cstdint>
#include <functional>

#include "loop_fixture.h"

namespace {

using usquic::Duration;
using usquic::TimePoint;
using usquic::loop::monotonic_now;

using TimerTest = LoopTest;

template <class T>
T& ext(us_timer_t* timer) {
  return *static_cast<T*>(us_timer_ext(timer));
}

TEST_F(TimerTest, ExtIsZeroedAndAligned) {
  us_timer_t* timer = us_create_timer(loop_, 0, 100);
  const auto* bytes = static_cast<const unsigned char*>(us_timer_ext(timer));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % US_EXT_ALIGNMENT, 0u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bytes[i], 0);
  EXPECT_EQ(us_timer_loop(timer), loop_);
}

TEST_F(TimerTest, IsNeverEarly) {
  struct Times {
    TimePoint set, fired;
  };
  for (int ms = 1; ms <= 4; ++ms) {
    us_timer_t* timer = us_create_timer(loop_, 0, sizeof(Times));
    ext<Times>(timer).set = monotonic_now();
    us_timer_set(
        timer, [](us_timer_t* t) { ext<Times>(t).fired = monotonic_now(); }, ms, 0);
    us_loop_run(loop_);
    EXPECT_GE(ext<Times>(timer).fired - ext<Times>(timer).set, std::chrono::milliseconds(ms));
  }
}

TEST_F(TimerTest, OfOneMillisecondDoesNotWaitForACoarserOne) {
  int order = 0;
  us_timer_t* later = us_create_timer(loop_, 0, sizeof(int*));
  us_timer_t* sooner = us_create_timer(loop_, 0, sizeof(int*));
  ext<int*>(later) = ext<int*>(sooner) = &order;
  us_timer_set(
      later, [](us_timer_t* t) { *ext<int*>(t) = *ext<int*>(t) * 10 + 2; }, 2, 0);
  us_timer_set(
      sooner, [](us_timer_t* t) { *ext<int*>(t) = *ext<int*>(t) * 10 + 1; }, 1, 0);
  us_loop_run(loop_);
  EXPECT_EQ(order, 12);
}

TEST_F(TimerTest, ZeroWithRepeatRunsInTheNextIterationAndThenRepeats) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 0, 1000000);
  EXPECT_EQ(us_loop_tick(loop_), 1);
  EXPECT_EQ(ext<int>(timer), 1);
  EXPECT_EQ(us_loop_tick(loop_), 1);
  EXPECT_EQ(ext<int>(timer), 1);
}

TEST_F(TimerTest, SetToZeroInItsOwnCallbackRunsOnceAnIteration) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(
      timer,
      [](us_timer_t* t) {
        ++ext<int>(t);
        us_timer_set(t, count_run, 0, 1000000);
      },
      0, 1000000);
  us_loop_tick(loop_);
  EXPECT_EQ(ext<int>(timer), 1);
  us_loop_tick(loop_);
  EXPECT_EQ(ext<int>(timer), 2);
}

TEST_F(TimerTest, BothZeroOrNoCallbackDisarms) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 1, 1);
  us_timer_set(timer, count_run, 0, 0);
  EXPECT_EQ(us_loop_tick(loop_), 0);
  us_timer_set(timer, count_run, 1, 1);
  us_timer_set(timer, nullptr, 1, 1);
  EXPECT_EQ(us_loop_tick(loop_), 0);
  us_timer_set(timer, count_run, -5, -5);
  EXPECT_EQ(us_loop_tick(loop_), 0);
  EXPECT_EQ(ext<int>(timer), 0);
}

TEST_F(TimerTest, FallthroughDoesNotKeepTheLoopAliveButRuns) {
  us_timer_t* fallthrough = us_create_timer(loop_, 1, sizeof(int));
  us_timer_set(fallthrough, count_run, 0, 1);
  us_loop_run(loop_);
  EXPECT_EQ(ext<int>(fallthrough), 0);
  us_timer_t* keeping = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(keeping, count_run, 3, 0);
  us_loop_run(loop_);
  EXPECT_GE(ext<int>(fallthrough), 1);
  EXPECT_EQ(ext<int>(keeping), 1);
}

TEST_F(TimerTest, ClosedInItsOwnCallbackStaysReadableThereAndNeverRunsAgain) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int*));
  int runs = 0;
  ext<int*>(timer) = &runs;
  us_timer_set(
      timer,
      [](us_timer_t* t) {
        us_timer_close(t);
        us_timer_close(t);
        ++*ext<int*>(t);
        us_timer_set(
            t, [](us_timer_t* u) { ++*ext<int*>(u); }, 1, 1);
      },
      1, 1);
  us_loop_run(loop_);
  EXPECT_EQ(runs, 1);
}

TEST_F(TimerTest, RepeatsNeverRunTwiceInOneIteration) {
  struct Last {
    long long iteration;
    int runs;
    bool ran_twice;
  };
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(Last));
  us_timer_set(
      timer,
      [](us_timer_t* t) {
        Last& last = ext<Last>(t);
        const long long iteration = us_loop_iteration_number(us_timer_loop(t));
        last.ran_twice |= last.iteration == iteration;
        last.iteration = iteration;
        // Now and then longer than the repeat: several periods are missed.
        const TimePoint until = monotonic_now() + std::chrono::milliseconds(last.runs % 3 == 0 ? 3 : 0);
        while (monotonic_now() < until) {
        }
        if (++last.runs == 10) us_timer_set(t, nullptr, 0, 0);
      },
      1, 1);
  us_loop_run(loop_);
  EXPECT_EQ(ext<Last>(timer).runs, 10);
  EXPECT_FALSE(ext<Last>(timer).ran_twice);
}

TEST_F(TimerTest, ThousandsRunAndAreFreed) {
  int runs = 0;
  for (int i = 0; i < 5000; ++i) {
    us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int*));
    ext<int*>(timer) = &runs;
    us_timer_set(
        timer,
        [](us_timer_t* t) {
          ++*ext<int*>(t);
          us_timer_close(t);
        },
        1 + i % 7, 0);
  }
  us_loop_run(loop_);
  EXPECT_EQ(runs, 5000);
}

}  // namespace
