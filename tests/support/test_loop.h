// An event loop that a test runs by steps.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>

#include "usquic/loop.h"

namespace usquic::test {

class TestLoop {
 public:
  TestLoop() : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)) {}
  ~TestLoop() { free(); }
  TestLoop(const TestLoop&) = delete;
  TestLoop& operator=(const TestLoop&) = delete;

  us_loop_t* get() const { return loop_; }
  void free() {
    if (loop_ != nullptr) us_loop_free(loop_);
    loop_ = nullptr;
  }

  // Runs iterations until done() or 10 seconds have passed; says which.
  bool run_until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    pollfd fd{us_loop_fd(loop_), POLLIN, 0};
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      poll(&fd, 1, 100);
      us_loop_tick(loop_);
    }
    return true;
  }

  // Runs iterations as long as something happens within `quiet_ms`.
  void settle(int quiet_ms = 20) {
    pollfd fd{us_loop_fd(loop_), POLLIN, 0};
    us_loop_tick(loop_);
    for (int i = 0; i < 10000 && poll(&fd, 1, quiet_ms) > 0; ++i) us_loop_tick(loop_);
  }

 private:
  us_loop_t* loop_;
};

}  // namespace usquic::test
