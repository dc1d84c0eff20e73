// A call after some time. It does not keep the loop alive.
#pragma once

#include <functional>
#include <new>
#include <utility>

#include "usquic/loop.h"

namespace usquic::tools::get {

class OneShotTimer {
 public:
  // The loop outlives it. Throws std::bad_alloc.
  OneShotTimer(us_loop_t* loop, std::function<void()> task)
      : task_(std::move(task)), timer_(us_create_timer(loop, 1, sizeof(OneShotTimer*))) {
    if (timer_ == nullptr) throw std::bad_alloc();
    *static_cast<OneShotTimer**>(us_timer_ext(timer_)) = this;
  }
  ~OneShotTimer() { us_timer_close(timer_); }
  OneShotTimer(const OneShotTimer&) = delete;
  OneShotTimer& operator=(const OneShotTimer&) = delete;

  // ms: at least 1.
  void start(int ms) {
    us_timer_set(
        timer_, [](us_timer_t* timer) { (*static_cast<OneShotTimer**>(us_timer_ext(timer)))->task_(); }, ms,
        0);
  }
  void stop() { us_timer_set(timer_, nullptr, 0, 0); }

 private:
  std::function<void()> task_;
  us_timer_t* timer_;
};

}  // namespace usquic::tools::get
