// The loop inside another loop: us_loop_fd and us_loop_tick.
#include <poll.h>

#include "loop_fixture.h"

namespace {

using usquic::TimePoint;
using usquic::loop::Hooks;
using usquic::loop::Poll;

constexpr int patience_ms = 20000;

class LoopEmbedding : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    fd_ = us_loop_fd(loop_);
    ASSERT_GE(fd_, 0);
  }

  bool is_readable() { return wait_readable(0); }
  bool wait_readable(int ms = patience_ms) {
    pollfd request{fd_, POLLIN, 0};
    int count;
    do {
      count = ::poll(&request, 1, ms);
    } while (count < 0 && errno == EINTR);
    return count == 1;
  }

  int fd_ = -1;
};

int runs(us_timer_t* timer) {
  return *static_cast<int*>(us_timer_ext(timer));
}

class OneJob : public Hooks {
 public:
  TimePoint deadline() override { return deadline_; }
  bool has_work() override { return work_ > 0; }
  bool keeps_alive() override { return false; }
  void expire(TimePoint now) override {
    if (now >= deadline_) deadline_ = usquic::never;
  }
  void flush(TimePoint) override {
    if (work_ > 0) --work_;
  }
  void sweep() override {}
  void loop_closing() override { delete this; }

  int work_ = 0;
  TimePoint deadline_ = usquic::never;
};

TEST_F(LoopEmbedding, FdIsTheSameEachTimeAndQuietWithoutWork) {
  EXPECT_EQ(us_loop_fd(loop_), fd_);
  EXPECT_FALSE(is_readable());
  EXPECT_EQ(us_loop_tick(loop_), 0);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, TimerSetOutsideATickMakesTheFdReadableAtItsTimeAndQuietAfterTheTick) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 1, 0);
  while (runs(timer) == 0) {
    ASSERT_TRUE(wait_readable());
    us_loop_tick(loop_);
  }
  EXPECT_FALSE(is_readable());
  EXPECT_EQ(us_loop_tick(loop_), 0);
}

TEST_F(LoopEmbedding, DisarmedTimerDoesNotWakeTheHost) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 0, 1000000);
  EXPECT_TRUE(wait_readable());
  us_timer_set(timer, nullptr, 0, 0);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, FarTimerLeavesTheFdQuietAndANearerOneIsCarriedInstead) {
  us_timer_t* far = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(far, count_run, 1000000, 0);
  EXPECT_EQ(us_loop_tick(loop_), 1);
  EXPECT_FALSE(is_readable());
  us_timer_t* near = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(near, count_run, 1, 0);
  EXPECT_TRUE(wait_readable());
  while (runs(near) == 0) us_loop_tick(loop_);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, RepeatingTimerWakesTheHostAgainAndAgain) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 1, 1);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(wait_readable());
    us_loop_tick(loop_);
  }
  EXPECT_GE(runs(timer), 1);
}

TEST_F(LoopEmbedding, TimerThatWasSetBeforeTheFdWasAskedForIsCarried) {
  free_loop();
  loop_ = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 1, 0);
  fd_ = us_loop_fd(loop_);
  EXPECT_TRUE(wait_readable());
}

TEST_F(LoopEmbedding, ClosedTimerIsFreedByATickThatTheHostIsToldOf) {
  us_timer_close(us_create_timer(loop_, 0, 0));
  EXPECT_TRUE(is_readable());
  us_loop_tick(loop_);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, NotedWorkMakesTheFdReadableUntilItIsDone) {
  auto* job = new OneJob;
  usquic::loop::add_hooks(loop_, job);
  job->work_ = 2;
  usquic::loop::note_work(loop_);
  EXPECT_TRUE(is_readable());
  us_loop_tick(loop_);
  EXPECT_TRUE(is_readable());  // one part is left
  us_loop_tick(loop_);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, DeadlineOfHooksIsCarriedAfterATick) {
  auto* job = new OneJob;
  usquic::loop::add_hooks(loop_, job);
  job->deadline_ = usquic::loop::monotonic_now() + std::chrono::milliseconds(1);
  usquic::loop::note_work(loop_);
  while (job->deadline_ != usquic::never) {
    ASSERT_TRUE(wait_readable());
    us_loop_tick(loop_);
  }
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, WakeupsAndPostsMakeTheFdReadable) {
  us_wakeup_loop(loop_);
  EXPECT_TRUE(is_readable());
  us_loop_tick(loop_);
  EXPECT_FALSE(is_readable());
  bool has_run = false;
  usquic::loop::post(*usquic::loop::mailbox(loop_), [&] { has_run = true; });
  EXPECT_TRUE(is_readable());
  us_loop_tick(loop_);
  EXPECT_TRUE(has_run);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, ReadyPollMakesTheFdReadable) {
  EventFd event;
  FunctionPoll poll([&](unsigned) { event.drain(); });
  ASSERT_EQ(poll.start(loop_, event.get(), Poll::readable, false).error(), 0);
  EXPECT_FALSE(is_readable());
  event.signal();
  EXPECT_TRUE(is_readable());
  EXPECT_EQ(us_loop_tick(loop_), 1);
  EXPECT_FALSE(is_readable());
}

TEST_F(LoopEmbedding, CanStillBeRunByItself) {
  us_timer_t* timer = us_create_timer(loop_, 0, sizeof(int));
  us_timer_set(timer, count_run, 1, 0);
  us_loop_run(loop_);
  EXPECT_EQ(runs(timer), 1);
  EXPECT_FALSE(is_readable());
}

}  // namespace
