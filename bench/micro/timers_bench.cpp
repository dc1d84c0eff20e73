// Nanoseconds for what timers are used for, by how many of them wait.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "loop/timers.h"

namespace {

using usquic::Duration;
using usquic::TimePoint;
using usquic::loop::Timers;

constexpr TimePoint start_time{std::chrono::seconds(1000)};
constexpr Duration max_delay = std::chrono::seconds(30);

void do_nothing(us_timer_t*) {}

class WaitingTimers {
 public:
  explicit WaitingTimers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      handles_.push_back(timers.create(nullptr, false, 0));
      arm(i);
    }
  }

  // Anew, at some time within max_delay.
  void arm(std::size_t index) {
    timers.arm(*handles_[index], do_nothing, now + Duration(random_() % max_delay.count()), {});
  }
  std::size_t any() { return random_() % handles_.size(); }

  Timers timers;
  TimePoint now = start_time;

 private:
  std::mt19937_64 random_{1};
  std::vector<us_timer_t*> handles_;
};

// As an idle timeout does with every packet.
void move_a_deadline(benchmark::State& state) {
  WaitingTimers waiting(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunning()) waiting.arm(waiting.any());
}
BENCHMARK(move_a_deadline)->Arg(10)->Arg(1000)->Arg(100'000);

// One timer runs, and is armed for later.
void run_the_next_and_repeat(benchmark::State& state) {
  Timers timers;
  std::mt19937_64 random(1);
  const auto count = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < count; ++i) {
    const Duration first(random() % max_delay.count());
    timers.arm(*timers.create(nullptr, false, 0), do_nothing, start_time + first, max_delay);
  }
  while (state.KeepRunning()) timers.run_due(timers.earliest());
}
BENCHMARK(run_the_next_and_repeat)->Arg(10)->Arg(1000)->Arg(100'000);

void create_arm_and_close(benchmark::State& state) {
  WaitingTimers waiting(static_cast<std::size_t>(state.range(0)));
  while (state.KeepRunning()) {
    us_timer_t* timer = waiting.timers.create(nullptr, false, 16);
    waiting.timers.arm(*timer, do_nothing, start_time + max_delay, {});
    waiting.timers.close(*timer);
    waiting.timers.free_closed();
  }
}
BENCHMARK(create_arm_and_close)->Arg(10)->Arg(100'000);

}  // namespace
