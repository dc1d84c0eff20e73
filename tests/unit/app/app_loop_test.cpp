#include "usquic/http/loop.h"

#include <poll.h>

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace {

using usquic::Loop;

TEST(Loop, RunsWhatWasDeferredBeforeRun) {
  auto loop = Loop::create();
  int runs = 0;
  loop->defer([&] { ++runs; });
  loop->run();
  EXPECT_EQ(runs, 1);
}

TEST(Loop, IsKeptAliveByTasksThatDefer) {
  auto loop = Loop::create();
  std::vector<int> order;
  loop->defer([&] {
    order.push_back(1);
    loop->defer([&] {
      order.push_back(3);
      loop->defer([&] { order.push_back(4); });
    });
    order.push_back(2);
  });
  loop->run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST(Loop, RunsAgainAfterItWentIdle) {
  auto loop = Loop::create();
  loop->run();
  bool ran = false;
  loop->defer([&] { ran = true; });
  loop->run();
  EXPECT_TRUE(ran);
}

TEST(Loop, RunsDelayedTasksInOrderOfTheirTime) {
  auto loop = Loop::create();
  std::vector<int> order;
  loop->after(5, [&] { order.push_back(2); });
  loop->after(0, [&] { order.push_back(1); });
  loop->run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Loop, TakesTasksFromOtherThreadsWhileItRuns) {
  auto loop = Loop::create();
  int runs = 0;
  constexpr int per_thread = 1000;
  struct Waiter {
    Loop* loop;
    const int* runs;
    void operator()() const {
      if (*runs < 2 * per_thread) loop->defer(Waiter(*this));
    }
  };
  loop->defer(Waiter{loop.get(), &runs});
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < per_thread; ++n) loop->defer([&runs] { ++runs; });
    });
  }
  loop->run();
  EXPECT_EQ(runs, 2 * per_thread);
  for (std::thread& thread : threads) thread.join();
}

TEST(Loop, DestroysTasksThatNeverRan) {
  auto loop = Loop::create();
  auto token = std::make_shared<int>(1);
  loop->defer([token] {});
  loop->after(60'000, [token] {});
  EXPECT_EQ(token.use_count(), 3);
  loop.reset();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Loop, CanBeDestroyedByItsOwnTask) {
  auto loop = Loop::create();
  auto token = std::make_shared<int>(1);
  loop->defer([&loop] { loop.reset(); });
  loop->defer([token] { FAIL() << "the loop is gone"; });
  loop.get()->run();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Loop, ShowsDeferredTasksOnItsDescriptor) {
  auto loop = Loop::create();
  pollfd waiting{loop->fd(), POLLIN, 0};
  while (poll(&waiting, 1, 0) == 1 && loop->tick()) {
  }
  bool ran = false;
  loop->defer([&] { ran = true; });
  ASSERT_EQ(poll(&waiting, 1, 10'000), 1);
  loop->tick();
  EXPECT_TRUE(ran);
}

// Tasks that were posted wait for the next run.
TEST(Loop, StopEndsARunThoughSomethingKeepsTheLoopAlive) {
  const std::shared_ptr<Loop> loop = Loop::create();
  int ran = 0;
  loop->after(3'600'000, [] {});
  loop->after(1, [&] {
    loop->stop();
    loop->defer([&] { ++ran; });
  });
  loop->run();
  EXPECT_EQ(ran, 0);
  loop->stop();
  loop->run();
  EXPECT_EQ(ran, 1);
}

}  // namespace
