#include "loop/loop.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loop_fixture.h"

namespace {

using usquic::TimePoint;
using usquic::loop::Hooks;
using usquic::loop::Poll;

using LoopRun = LoopTest;
// Writes down what the loop asks of it.
class RecordingHooks : public Hooks {
 public:
  explicit RecordingHooks(std::vector<std::string>& calls, std::string name = "")
      : calls_(calls), name_(std::move(name)) {}

  TimePoint deadline() override { return deadline_; }
  bool has_work() override { return has_work_; }
  bool keeps_alive() override { return keeps_alive_; }
  void expire(TimePoint) override { say("expire"); }
  void flush(TimePoint) override { say("flush"); }
  void sweep() override { say("sweep"); }
  void loop_closing() override {
    say("closing");
    if (on_closing_) on_closing_();
    delete this;
  }

  TimePoint deadline_ = usquic::never;
  bool has_work_ = false;
  bool keeps_alive_ = false;
  std::function<void()> on_closing_;

 private:
  void say(const char* what) { calls_.push_back(name_ + what); }

  std::vector<std::string>& calls_;
  std::string name_;
};

using Calls = std::vector<std::string>;

class LoopHooks : public LoopTest {
 protected:
  Calls calls_;  // outlives the loop and its hooks
};

using LoopFree = LoopHooks;

using LoopStop = LoopTest;

// A timer that ends the run it is called in; the loop goes on afterwards.
TEST_F(LoopStop, EndsARunThoughSomethingKeepsTheLoopAlive) {
  us_timer_t* timer = us_create_timer(loop_, 0, 0);
  us_timer_set(
      timer, [](us_timer_t* fired) { us_loop_stop(us_timer_loop(fired)); }, 1, 1);
  us_loop_run(loop_);
  const long long first = us_loop_iteration_number(loop_);
  us_loop_run(loop_);
  EXPECT_GT(us_loop_iteration_number(loop_), first);
  us_timer_close(timer);
}

// And does not wait for what is an hour away.
TEST_F(LoopStop, BeforeARunLeavesItOneIteration) {
  us_timer_t* timer = us_create_timer(loop_, 0, 0);
  us_timer_set(
      timer, [](us_timer_t*) {}, 3'600'000, 0);
  us_loop_stop(loop_);
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 1);
  us_timer_close(timer);
}

TEST_F(LoopRun, ReturnsAtOnceWhenNothingKeepsTheLoopAlive) {
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 0);
}

TEST(Loop, ExtIsZeroedAndAligned) {
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 64);
  const auto* bytes = static_cast<const unsigned char*>(us_loop_ext(loop));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % US_EXT_ALIGNMENT, 0u);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(bytes[i], 0);
  us_loop_free(loop);
}

TEST(Loop, RunsItsStepsInTheDocumentedOrder) {
  Calls calls;
  auto calls_of = [](us_loop_t* loop) -> Calls& { return **static_cast<Calls**>(us_loop_ext(loop)); };
  static constexpr auto record = [](us_loop_t* loop, const char* what) {
    (*static_cast<Calls**>(us_loop_ext(loop)))->push_back(what);
  };
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { record(l, "wakeup"); }, [](us_loop_t* l) { record(l, "pre"); },
      [](us_loop_t* l) { record(l, "post"); }, sizeof(Calls*));
  *static_cast<Calls**>(us_loop_ext(loop)) = &calls;
  ASSERT_EQ(&calls_of(loop), &calls);

  EventFd fd;
  fd.signal();
  FunctionPoll poll([&](unsigned) {
    calls.push_back("poll");
    usquic::loop::defer_free(loop, [&] { calls.push_back("free"); });
  });
  ASSERT_EQ(poll.start(loop, fd.get(), Poll::readable, true).error(), 0);
  usquic::loop::add_hooks(loop, new RecordingHooks(calls));
  us_timer_t* timer = us_create_timer(loop, 0, 0);
  us_timer_set(
      timer, [](us_timer_t* t) { record(us_timer_loop(t), "timer"); }, 0, 1000000);
  usquic::loop::post(*usquic::loop::mailbox(loop), [&] { calls.push_back("posted"); });
  us_wakeup_loop(loop);

  us_loop_tick(loop);
  EXPECT_EQ(calls,
            (Calls{"pre", "timer", "wakeup", "posted", "poll", "expire", "flush", "post", "sweep", "free"}));
  EXPECT_EQ(us_loop_iteration_number(loop), 1);
  poll.stop();
  us_loop_free(loop);
}

TEST(Loop, CountsIterationsFromTheirBeginning) {
  us_loop_t* loop = us_create_loop(
      nullptr, nullptr,
      [](us_loop_t* l) { *static_cast<long long*>(us_loop_ext(l)) = us_loop_iteration_number(l); }, nullptr,
      sizeof(long long));
  EXPECT_EQ(us_loop_iteration_number(loop), 0);
  us_loop_tick(loop);
  us_loop_tick(loop);
  EXPECT_EQ(*static_cast<long long*>(us_loop_ext(loop)), 2);
  us_loop_free(loop);
}

TEST(Loop, DoesNotHangWhenPreDisarmsTheLastThingThatKeepsItAlive) {
  us_loop_t* loop = us_create_loop(
      nullptr, nullptr,
      [](us_loop_t* l) { us_timer_set(*static_cast<us_timer_t**>(us_loop_ext(l)), nullptr, 0, 0); }, nullptr,
      sizeof(us_timer_t*));
  us_timer_t* timer = us_create_timer(loop, 0, 0);
  *static_cast<us_timer_t**>(us_loop_ext(loop)) = timer;
  us_timer_set(
      timer, [](us_timer_t*) {}, 1000000, 0);
  us_loop_run(loop);
  EXPECT_EQ(us_loop_iteration_number(loop), 1);
  us_loop_free(loop);
}

TEST_F(LoopRun, IsRefusedInsideACallback) {
  us_timer_t* timer = us_create_timer(loop_, 0, 0);
  us_timer_set(
      timer,
      [](us_timer_t* t) {
        us_loop_run(us_timer_loop(t));
        EXPECT_EQ(us_loop_tick(us_timer_loop(t)), 1);
        us_timer_close(t);
        EXPECT_EQ(us_loop_tick(us_timer_loop(t)), 0);
      },
      0, 1);
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 1);
}

TEST_F(LoopRun, TimeStandsStillWithinAStepAndIsRealOutside) {
  EventFd fd;
  fd.signal();
  FunctionPoll poll([&](unsigned) {
    EXPECT_TRUE(usquic::loop::is_in_iteration(loop_));
    const TimePoint step = usquic::loop::now(loop_);
    const TimePoint real = usquic::loop::monotonic_now();
    EXPECT_LE(step, real);
    while (usquic::loop::monotonic_now() == real) {
    }
    EXPECT_EQ(usquic::loop::now(loop_), step);
    poll.stop();
  });
  ASSERT_EQ(poll.start(loop_, fd.get(), Poll::readable, false).error(), 0);
  us_loop_run(loop_);
  EXPECT_FALSE(usquic::loop::is_in_iteration(loop_));
  const TimePoint before = usquic::loop::monotonic_now();
  EXPECT_GE(usquic::loop::now(loop_), before);
}

TEST_F(LoopHooks, KeepTheLoopAliveAndEndTheWaitAtTheirDeadline) {
  class Expiring : public RecordingHooks {
   public:
    using RecordingHooks::RecordingHooks;
    void expire(TimePoint now) override {
      if (now < deadline_) return;
      keeps_alive_ = false;
      deadline_ = usquic::never;
      expired_at_ = now;
    }
    TimePoint expired_at_{};
  };
  auto* hooks = new Expiring(calls_);
  usquic::loop::add_hooks(loop_, hooks);
  const TimePoint deadline = usquic::loop::monotonic_now() + std::chrono::milliseconds(2);
  hooks->deadline_ = deadline;
  hooks->keeps_alive_ = true;
  us_loop_run(loop_);
  EXPECT_GE(hooks->expired_at_, deadline);
}

TEST_F(LoopHooks, StillToBeVisitedCountWhenACallbackAsksWhetherTheLoopIsAlive) {
  class Asking : public RecordingHooks {
   public:
    Asking(Calls& calls, us_loop_t* loop) : RecordingHooks(calls), loop_(loop) {}
    void flush(TimePoint) override { is_alive_ = us_loop_tick(loop_) == 1; }
    bool is_alive_ = false;

   private:
    us_loop_t* loop_;
  };
  auto* asking = new Asking(calls_, loop_);
  auto* keeping = new RecordingHooks(calls_);
  keeping->keeps_alive_ = true;
  usquic::loop::add_hooks(loop_, asking);
  usquic::loop::add_hooks(loop_, keeping);
  us_loop_tick(loop_);
  EXPECT_TRUE(asking->is_alive_);
}

TEST_F(LoopHooks, WithWorkDoNotWait) {
  class Busy : public RecordingHooks {
   public:
    using RecordingHooks::RecordingHooks;
    void flush(TimePoint) override {
      if (++rounds_ == 5) has_work_ = keeps_alive_ = false;
    }
    int rounds_ = 0;
  };
  auto* hooks = new Busy(calls_);
  hooks->has_work_ = hooks->keeps_alive_ = true;
  usquic::loop::add_hooks(loop_, hooks);
  us_loop_run(loop_);  // would wait forever: there is no deadline
  EXPECT_EQ(hooks->rounds_, 5);
}

TEST_F(LoopHooks, DeadlineLongPastDoesNotOverflow) {
  class Late : public RecordingHooks {
   public:
    using RecordingHooks::RecordingHooks;
    void expire(TimePoint) override { keeps_alive_ = false; }
  };
  auto* hooks = new Late(calls_);
  hooks->deadline_ = TimePoint::min();
  hooks->keeps_alive_ = true;
  usquic::loop::add_hooks(loop_, hooks);
  us_loop_run(loop_);
  EXPECT_EQ(us_loop_iteration_number(loop_), 1);
}

TEST_F(LoopHooks, AreFoundByTheirRoom) {
  class Mine : public RecordingHooks {
   public:
    using RecordingHooks::RecordingHooks;
  };
  const auto is_mine = [](Hooks* hooks) { return dynamic_cast<Mine*>(hooks) != nullptr; };
  usquic::loop::add_hooks(loop_, new RecordingHooks(calls_));
  EXPECT_EQ(usquic::loop::find_hooks(loop_, is_mine), nullptr);
  auto* mine = new Mine(calls_);
  usquic::loop::add_hooks(loop_, mine);
  EXPECT_EQ(usquic::loop::find_hooks(loop_, is_mine), mine);
  delete mine;
  EXPECT_EQ(usquic::loop::find_hooks(loop_, is_mine), nullptr);
}

TEST_F(LoopHooks, MayGoAndFindEachOtherDuringAnyStep) {
  // The first to flush deletes both others; itself it deletes in the sweep.
  static constexpr auto is_any = [](Hooks*) { return true; };
  class Removing : public RecordingHooks {
   public:
    Removing(Calls& calls, us_loop_t* loop) : RecordingHooks(calls), loop_(loop) {}
    void flush(TimePoint now) override {
      RecordingHooks::flush(now);
      EXPECT_NE(usquic::loop::find_hooks(loop_, is_any), nullptr);
      for (Hooks* hooks : others_) delete hooks;
      others_.clear();
    }
    void sweep() override {
      RecordingHooks::sweep();
      delete this;
    }
    std::vector<Hooks*> others_;

   private:
    us_loop_t* loop_;
  };
  auto* before = new RecordingHooks(calls_, "before ");
  auto* removing = new Removing(calls_, loop_);
  auto* after = new RecordingHooks(calls_, "after ");
  removing->others_ = {before, after};
  for (Hooks* hooks : std::initializer_list<Hooks*>{before, removing, after})
    usquic::loop::add_hooks(loop_, hooks);
  us_loop_tick(loop_);
  EXPECT_EQ(calls_, (Calls{"before expire", "expire", "after expire", "before flush", "flush", "sweep"}));
  us_loop_tick(loop_);
  EXPECT_EQ(calls_.size(), 6u);
}

TEST_F(LoopRun, FreesWhatWasDeferredAtTheEndOfTheIterationOrOnTheNextTick) {
  int freed = 0;
  usquic::loop::defer_free(loop_, [&] {
    ++freed;
    usquic::loop::defer_free(loop_, [&] { ++freed; });
  });
  EXPECT_EQ(freed, 0);
  us_loop_tick(loop_);
  EXPECT_EQ(freed, 2);
}

TEST_F(LoopFree, ClosesHooksOnceAndFreesEverything) {
  auto* hooks = new RecordingHooks(calls_);
  hooks->on_closing_ = [&] {
    EXPECT_TRUE(usquic::loop::is_in_iteration(loop_));
    calls_.push_back("timer");
    us_timer_set(
        us_create_timer(loop_, 0, 0), [](us_timer_t*) {}, 1, 1);
    usquic::loop::defer_free(loop_, [&] { calls_.push_back("freed"); });
    us_loop_free(loop_);  // once more: nothing
  };
  usquic::loop::add_hooks(loop_, hooks);
  us_timer_set(
      us_create_timer(loop_, 0, 8), [](us_timer_t*) {}, 1, 1);
  usquic::loop::defer_free(loop_, [&] { calls_.push_back("deferred before"); });
  free_loop();
  EXPECT_EQ(calls_, (Calls{"closing", "timer", "deferred before", "freed"}));
}

TEST(Loop, FreedInACallbackGoesAtTheEndOfTheIteration) {
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  Calls calls;
  usquic::loop::add_hooks(loop, new RecordingHooks(calls));
  us_timer_t* timer = us_create_timer(loop, 0, 0);
  us_timer_set(
      timer, [](us_timer_t* t) { us_loop_free(us_timer_loop(t)); }, 1, 1);
  us_loop_run(loop);
  ASSERT_FALSE(calls.empty());
  EXPECT_EQ(calls.back(), "closing");

  loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  timer = us_create_timer(loop, 0, 0);
  us_timer_set(
      timer, [](us_timer_t* t) { us_loop_free(us_timer_loop(t)); }, 0, 1);
  EXPECT_EQ(us_loop_tick(loop), 0);
}

TEST(Loop, FreedInPreDoesNotWaitAnyMore) {
  us_loop_t* loop = us_create_loop(
      nullptr, nullptr, [](us_loop_t* l) { us_loop_free(l); }, nullptr, 0);
  us_timer_set(
      us_create_timer(loop, 0, 0), [](us_timer_t*) {}, 1000000, 0);
  us_loop_run(loop);  // returns: nothing else to assert, the loop is gone
}

TEST(Loop, FreeTakesNull) {
  us_loop_free(nullptr);
}

TEST(Loop, FreeGivesItsDescriptorsBack) {
  EventFd before;
  for (int i = 0; i < 10; ++i) {
    us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    EXPECT_GE(us_loop_fd(loop), 0);
    us_loop_free(loop);
  }
  EventFd after;
  EXPECT_EQ(after.get(), before.get() + 1);
}

}  // namespace
