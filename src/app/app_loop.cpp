#include "usquic/http/loop.h"

#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/list.h"

namespace usquic {

namespace {

// A task that waits for its timer.
struct DelayedTask : ListHook<DelayedTask> {
  Function<void()> run;
  us_timer_t* timer = nullptr;
};

void run_delayed(us_timer_t* timer) noexcept {
  DelayedTask* const* slot = static_cast<DelayedTask**>(us_timer_ext(timer));
  const std::unique_ptr<DelayedTask> task(*slot);
  task->unlink();
  us_timer_close(timer);
  task->run();
}

}  // namespace

// Shared with whatever runs in it just now: a task may drop the last reference to its Loop.
struct Loop::State : std::enable_shared_from_this<Loop::State> {
  us_loop_t* native = nullptr;
  bool is_detached = false;
  bool is_stopped = false;
  List<DelayedTask> delayed;

  bool post(Function<void()> task) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    return posted_.size() == 1;
  }

  bool has_posted() {
    const std::lock_guard lock(mutex_);
    return !posted_.empty();
  }

  // Tasks that are posted meanwhile wait for the next time: a task that posts itself starves nobody.
  void run_posted() noexcept {
    const std::shared_ptr<State> self = shared_from_this();
    std::vector<Function<void()>> tasks = take_posted();
    for (Function<void()>& task : tasks) {
      if (!is_detached) task();
      task.reset();
    }
  }

  void detach() {
    is_detached = true;
    *static_cast<State**>(us_loop_ext(native)) = nullptr;
    while (DelayedTask* front = delayed.front()) {
      const std::unique_ptr<DelayedTask> task(front);
      task->unlink();
      us_timer_close(task->timer);
    }
    us_loop_free(std::exchange(native, nullptr));
    take_posted();
  }

 private:
  // Destroyed by the caller without the lock: a task may own something that posts when it goes.
  std::vector<Function<void()>> take_posted() {
    std::vector<Function<void()>> taken;
    const std::lock_guard lock(mutex_);
    taken.swap(posted_);
    return taken;
  }

  std::mutex mutex_;
  std::vector<Function<void()>> posted_;
};

std::shared_ptr<Loop> Loop::create() {
  const auto on_wakeup = [](us_loop_t* native) noexcept {
    State* state = *static_cast<State**>(us_loop_ext(native));
    if (state != nullptr) state->run_posted();
  };
  auto state = std::make_shared<State>();
  state->native = us_create_loop(nullptr, on_wakeup, nullptr, nullptr, sizeof(State*));
  if (state->native == nullptr) return nullptr;
  *static_cast<State**>(us_loop_ext(state->native)) = state.get();
  return std::shared_ptr<Loop>(new Loop(std::move(state)));
}

Loop::Loop(std::shared_ptr<State> state) : state_(std::move(state)) {}

Loop::~Loop() {
  state_->detach();
}

void Loop::run() {
  const std::shared_ptr<State> state = state_;
  do {
    state->run_posted();
    if (!state->is_detached) us_loop_run(state->native);
  } while (!state->is_detached && !state->is_stopped && state->has_posted());
  state->is_stopped = false;
}

void Loop::stop() {
  state_->is_stopped = true;
  us_loop_stop(state_->native);
}

int Loop::fd() {
  return us_loop_fd(state_->native);
}

bool Loop::tick() {
  const std::shared_ptr<State> state = state_;
  const bool is_alive = us_loop_tick(state->native) != 0;
  return !state->is_detached && (is_alive || state->has_posted());
}

void Loop::defer(Function<void()> task) {
  if (state_->post(std::move(task))) us_wakeup_loop(state_->native);
}

void Loop::after(int delay_ms, Function<void()> task) {
  auto delayed = std::make_unique<DelayedTask>();
  delayed->run = std::move(task);
  delayed->timer = us_create_timer(state_->native, 0, sizeof(DelayedTask*));
  if (delayed->timer == nullptr) throw std::bad_alloc();
  *static_cast<DelayedTask**>(us_timer_ext(delayed->timer)) = delayed.get();
  // The timer closes when it runs; the repetition is there because 0 and 0 would disarm it.
  us_timer_set(delayed->timer, run_delayed, delay_ms, 1);
  state_->delayed.push_back(delayed.release());
}

us_loop_t* Loop::native() const {
  return state_->native;
}

}  // namespace usquic
