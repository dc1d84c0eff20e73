// The timers of one loop. Time is handed in, so they can be tested on a clock of one's own.
#pragma once

#include <cstddef>

#include "base/deadline_heap.h"
#include "base/list.h"
#include "base/time.h"
#include "usquic/loop.h"

namespace usquic::loop {

struct DueTimers;  // the tag of the list of timers that are about to run

}  // namespace usquic::loop

struct us_timer_t : usquic::DeadlineEntry,
                    usquic::ListHook<us_timer_t>,
                    usquic::ListHook<usquic::loop::DueTimers> {
  us_timer_t(us_loop_t* on, bool fallthrough) : loop(on), is_fallthrough(fallthrough) {}

  bool is_due() const { return usquic::ListHook<usquic::loop::DueTimers>::is_linked(); }
  bool is_armed() const { return is_waiting() || is_due(); }

  us_loop_t* loop;
  bool is_fallthrough;
  bool is_closed = false;
  void (*callback)(us_timer_t* timer) = nullptr;
  usquic::TimePoint due_at = usquic::never;
  usquic::Duration repeat{};
};

namespace usquic::loop {

class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers();

  // nullptr when memory is used up; arming allocates nothing.
  us_timer_t* create(us_loop_t* loop, bool is_fallthrough, std::size_t ext_size);
  // Runs `callback` at `first`, then every `repeat` (zero: once).
  void arm(us_timer_t& timer, void (*callback)(us_timer_t*), TimePoint first, Duration repeat);
  void disarm(us_timer_t& timer);
  void close(us_timer_t& timer);
  void close_all();

  TimePoint earliest() const { return heap_.earliest(); }
  bool keep_alive() const { return keeping_alive_count_ > 0; }
  bool has_closed() { return !closed_.empty(); }

  // Runs each timer whose time has come once. What is armed inside waits for the next call.
  void run_due(TimePoint now);
  void free_closed();

 private:
  void run(us_timer_t& timer, TimePoint now);

  DeadlineHeap heap_;
  List<us_timer_t, DueTimers> due_;
  List<us_timer_t> open_;
  List<us_timer_t> closed_;
  std::size_t timer_count_ = 0;
  std::size_t keeping_alive_count_ = 0;
};

}  // namespace usquic::loop
