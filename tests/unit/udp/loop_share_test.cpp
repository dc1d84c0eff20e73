#include "udp/loop_share.h"

#include "fixture.h"

namespace usquic::udp {
namespace {

TimePoint at(int milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

class Counter final : public Wakeup {
 public:
  int calls = 0;
  std::function<void()> inside;

  void on_due(TimePoint /*now*/) override {
    ++calls;
    if (inside) inside();
  }
};

TEST(Wakeups, RunWhenDueAndOnce) {
  Wakeups wakeups;
  Counter early;
  Counter late;
  wakeups.set(late, at(20));
  wakeups.set(early, at(10));
  EXPECT_EQ(wakeups.earliest(), at(10));
  wakeups.run_due(at(15));
  EXPECT_EQ(early.calls, 1);
  EXPECT_EQ(late.calls, 0);
  EXPECT_EQ(wakeups.earliest(), at(20));
  wakeups.set(late, never);
  wakeups.run_due(at(30));
  EXPECT_EQ(late.calls, 0);
  EXPECT_EQ(wakeups.earliest(), never);
}

TEST(Wakeups, OneThatIsSetAgainInsideWaitsForTheNextRun) {
  Wakeups wakeups;
  Counter counter;
  counter.inside = [&] { wakeups.set(counter, at(1)); };
  wakeups.set(counter, at(1));
  wakeups.run_due(at(5));
  EXPECT_EQ(counter.calls, 1);
  EXPECT_EQ(wakeups.earliest(), at(1));
}

TEST(Wakeups, OneThatIsTakenOutOrDestroyedInsideAnotherIsNotRun) {
  Wakeups wakeups;
  Counter first;
  Counter second;
  auto third = std::make_unique<Counter>();
  first.inside = [&] {
    wakeups.set(second, never);
    third.reset();
  };
  wakeups.set(first, at(1));
  wakeups.set(second, at(1));
  wakeups.set(*third, at(1));
  wakeups.run_due(at(1));
  EXPECT_EQ(second.calls, 0);
}

class LoopShareTest : public LoopTest {};

TEST_F(LoopShareTest, IsOnePerLoop) {
  us_loop_t* other = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  EXPECT_EQ(LoopShare::of(loop_), LoopShare::of(loop_));
  EXPECT_NE(LoopShare::of(loop_), LoopShare::of(other));
  us_loop_free(other);
}

TEST_F(LoopShareTest, LivesWhileASocketUsesIt) {
  const std::shared_ptr<LoopShare> share = LoopShare::of(loop_);
  us_loop_free(loop_);
  loop_ = nullptr;
  EXPECT_EQ(share.use_count(), 1);
}

}  // namespace
}  // namespace usquic::udp
