// What runs libcurl on an event loop: the times at which its handles want to be called.
#pragma once

#include <cstddef>
#include <set>
#include <utility>

#include "base/time.h"
#include "loop/loop.h"

namespace usquic::tools::tcp_client {

class Driver final : private loop::Hooks {
 public:
  class Task {
   public:
    virtual ~Task() = default;
    virtual void run() = 0;

   private:
    friend class Driver;
    TimePoint due_ = never;
  };

  // The loop outlives it, and its tasks end before it.
  explicit Driver(us_loop_t* loop);
  ~Driver() override = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  us_loop_t* loop() const { return loop_; }
  // Each takes the place of what was asked for before.
  void run_after(Task& task, long ms);
  void run_soon(Task& task) { run_at(task, soon); }
  void forget(Task& task);

  // The loop goes on as long as there is one of these.
  void request_began() { ++requests_; }
  void request_ended() { --requests_; }

 private:
  static constexpr TimePoint soon = TimePoint::min();

  void run_at(Task& task, TimePoint due);

  TimePoint deadline() override { return due_.empty() ? never : due_.begin()->first; }
  bool has_work() override { return !due_.empty() && due_.begin()->first == soon; }
  bool keeps_alive() override { return requests_ > 0; }
  void expire(TimePoint now) override;
  void flush(TimePoint) override {}
  void sweep() override {}
  void loop_closing() override { unlink(); }

  us_loop_t* loop_;
  std::set<std::pair<TimePoint, Task*>> due_;
  std::size_t requests_ = 0;
};

}  // namespace usquic::tools::tcp_client
