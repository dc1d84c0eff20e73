// The two ways into a loop from other threads. Run under ThreadSanitizer too.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "loop_fixture.h"

namespace {

using usquic::loop::Mailbox;
using usquic::loop::mailbox;
using usquic::loop::post;

// Keeps a loop alive until it is closed.
us_timer_t* keep_alive(us_loop_t* loop) {
  us_timer_t* timer = us_create_timer(loop, 0, 0);
  us_timer_set(
      timer, [](us_timer_t*) {}, 1000000, 0);
  return timer;
}

struct Exchange {
  std::atomic<int> sent = 0;
  std::atomic<int> seen = 0;
  us_timer_t* keeper = nullptr;
  int last = 0;
};

Exchange& exchange_of(us_loop_t* loop) {
  return **static_cast<Exchange**>(us_loop_ext(loop));
}

us_loop_t* make_exchange_loop(Exchange& exchange) {
  us_loop_t* loop = us_create_loop(
      nullptr,
      [](us_loop_t* l) {
        Exchange& e = exchange_of(l);
        e.seen = e.sent.load();
        if (e.seen == e.last) us_timer_close(e.keeper);
      },
      nullptr, nullptr, sizeof(Exchange*));
  *static_cast<Exchange**>(us_loop_ext(loop)) = &exchange;
  exchange.keeper = keep_alive(loop);
  return loop;
}

TEST(LoopThreads, NoWakeupIsLostWhenEachWaitsForTheOneBefore) {
  Exchange exchange;
  exchange.last = 5000;
  us_loop_t* loop = make_exchange_loop(exchange);
  std::thread other([&] {
    for (int i = 1; i <= exchange.last; ++i) {
      exchange.sent = i;
      us_wakeup_loop(loop);
      while (exchange.seen.load() < i) std::this_thread::yield();
    }
  });
  us_loop_run(loop);
  other.join();
  EXPECT_EQ(exchange.seen.load(), exchange.last);
  us_loop_free(loop);
}

TEST(LoopThreads, ManyWakeupsFromSeveralThreadsEndInASeenState) {
  Exchange exchange;
  exchange.last = 4 * 20000;
  us_loop_t* loop = make_exchange_loop(exchange);
  std::vector<std::thread> others;
  for (int t = 0; t < 4; ++t) {
    others.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        ++exchange.sent;
        us_wakeup_loop(loop);
      }
    });
  }
  us_loop_run(loop);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(exchange.seen.load(), exchange.last);
  us_loop_free(loop);
}

// us_loop_run may return, and iterations may be over for good, while others still wake the loop.
TEST(LoopThreads, WakeupsWhileTheLoopEndsAreHarmless) {
  for (int round = 0; round < 100; ++round) {
    Exchange exchange;
    exchange.last = 3;
    us_loop_t* loop = make_exchange_loop(exchange);
    std::atomic<bool> must_end = false;
    std::vector<std::thread> others;
    for (int t = 0; t < 3; ++t) {
      others.emplace_back([&] {
        ++exchange.sent;
        do us_wakeup_loop(loop);
        while (!must_end);
      });
    }
    us_loop_run(loop);
    us_wakeup_loop(loop);
    must_end = true;
    for (std::thread& other : others) other.join();
    EXPECT_EQ(exchange.seen.load(), exchange.last);
    us_loop_free(loop);
  }
}

// What a module above closes with the loop: here it ends the thread that wakes it.
struct ThreadOwner : usquic::loop::Hooks {
  std::atomic<bool> must_end = false;
  std::thread thread;

  usquic::TimePoint deadline() override { return usquic::never; }
  bool has_work() override { return false; }
  bool keeps_alive() override { return false; }
  void expire(usquic::TimePoint /*now*/) override {}
  void flush(usquic::TimePoint /*now*/) override {}
  void sweep() override {}
  void loop_closing() override {
    must_end = true;
    thread.join();
    unlink();
  }
};

TEST(LoopThreads, WakeupsUntilTheLastCloseCallbackAreHarmless) {
  for (int round = 0; round < 50; ++round) {
    us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    ThreadOwner owner;
    usquic::loop::add_hooks(loop, &owner);
    std::atomic<bool> has_begun = false;
    owner.thread = std::thread([&] {
      while (!owner.must_end) {
        us_wakeup_loop(loop);
        has_begun = true;
      }
    });
    while (!has_begun) std::this_thread::yield();
    us_loop_tick(loop);
    us_loop_free(loop);
    EXPECT_FALSE(owner.thread.joinable());
  }
}

TEST(LoopThreads, EveryPostRunsOnceOnTheLoopsThreadInItsSendersOrder) {
  constexpr int senders = 4;
  constexpr int posts = 5000;
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  us_timer_t* keeper = keep_alive(loop);
  const std::thread::id here = std::this_thread::get_id();
  int next[senders] = {};
  int total = 0;
  bool is_in_order = true;
  bool is_here = true;
  std::vector<std::thread> others;
  for (int t = 0; t < senders; ++t) {
    others.emplace_back([&, t, box = mailbox(loop)] {
      for (int i = 0; i < posts; ++i) {
        post(*box, [&, t, i] {
          is_in_order &= next[t] == i;
          is_here &= std::this_thread::get_id() == here;
          next[t] = i + 1;
          if (++total == senders * posts) us_timer_close(keeper);
        });
      }
    });
  }
  us_loop_run(loop);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(total, senders * posts);
  EXPECT_TRUE(is_in_order);
  EXPECT_TRUE(is_here);
  us_loop_free(loop);
}

TEST(LoopThreads, PostingWhileTheLoopIsFreedIsHarmless) {
  const auto witness = std::make_shared<int>(0);
  for (int round = 0; round < 50; ++round) {
    us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    std::atomic<bool> has_begun = false;
    std::atomic<bool> must_end = false;
    std::thread other([&, box = mailbox(loop)] {
      while (!must_end) {
        post(*box, [witness] { ++*witness; });
        has_begun = true;
      }
    });
    while (!has_begun) std::this_thread::yield();
    us_loop_tick(loop);
    us_loop_free(loop);
    must_end = true;
    other.join();
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(LoopThreads, TwoLoopsOnTwoThreadsPlayPingPong) {
  constexpr int rounds = 3000;
  struct Player {
    us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
    us_timer_t* keeper = keep_alive(loop);
    std::shared_ptr<Mailbox> box = mailbox(loop);
    Player* other = nullptr;
    int hits = 0;

    void hit() {
      if (++hits <= rounds) post(*other->box, [to = other] { to->hit(); });
      if (hits == rounds) us_timer_close(keeper);
    }
  };
  Player first;
  Player second;
  first.other = &second;
  second.other = &first;
  post(*first.box, [&first] { first.hit(); });
  std::thread other([&second] { us_loop_run(second.loop); });
  us_loop_run(first.loop);
  other.join();
  EXPECT_EQ(first.hits, rounds);
  EXPECT_EQ(second.hits, rounds);
  us_loop_free(first.loop);
  us_loop_free(second.loop);
}

TEST(LoopThreads, LoopsWithTimersOnManyThreadsShareNothing) {
  std::vector<std::thread> threads;
  std::atomic<int> runs = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&runs] {
      us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
      for (int i = 0; i < 20; ++i) {
        us_timer_t* timer = us_create_timer(loop, 0, sizeof(void*));
        *static_cast<std::atomic<int>**>(us_timer_ext(timer)) = &runs;
        us_timer_set(
            timer, [](us_timer_t* fired) { ++**static_cast<std::atomic<int>**>(us_timer_ext(fired)); },
            1 + i % 3, 0);
      }
      us_loop_run(loop);
      us_loop_free(loop);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs.load(), 80);
}

}  // namespace
