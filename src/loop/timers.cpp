#include "loop/timers.h"

#include <new>

#include "base/ext.h"

namespace usquic::loop {

Timers::~Timers() {
  close_all();
  free_closed();
}

us_timer_t* Timers::create(us_loop_t* loop, bool is_fallthrough, std::size_t ext_size) {
  try {
    heap_.reserve(timer_count_ + 1);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  us_timer_t* timer = new_with_ext<us_timer_t>(ext_size, loop, is_fallthrough);
  if (timer == nullptr) return nullptr;
  open_.push_back(timer);
  ++timer_count_;
  return timer;
}

void Timers::arm(us_timer_t& timer, void (*callback)(us_timer_t*), TimePoint first, Duration repeat) {
  disarm(timer);
  timer.callback = callback;
  timer.due_at = first;
  timer.repeat = repeat;
  heap_.set(timer, first);
  if (!timer.is_fallthrough) ++keeping_alive_count_;
}

void Timers::disarm(us_timer_t& timer) {
  if (!timer.is_armed()) return;
  heap_.remove(timer);
  timer.ListHook<DueTimers>::unlink();
  if (!timer.is_fallthrough) --keeping_alive_count_;
}

void Timers::close(us_timer_t& timer) {
  if (timer.is_closed) return;
  timer.is_closed = true;
  disarm(timer);
  timer.ListHook<us_timer_t>::unlink();
  closed_.push_back(&timer);
}

void Timers::close_all() {
  while (us_timer_t* timer = open_.front()) close(*timer);
}

void Timers::run_due(TimePoint now) {
  // First who runs, then running: a timer that a callback arms for this very moment waits for the next
  // iteration, and one that a callback closes or re-arms leaves the list.
  while (DeadlineEntry* entry = heap_.pop_due(now)) due_.push_back(static_cast<us_timer_t*>(entry));
  while (us_timer_t* timer = due_.front()) run(*timer, now);
}

// Arms again before the callback, so that the callback has the last word.
void Timers::run(us_timer_t& timer, TimePoint now) {
  timer.ListHook<DueTimers>::unlink();
  if (timer.repeat > Duration::zero()) {
    // Counted from when it was due, not from now: no drift. Times that were missed altogether are left out.
    const auto periods = (now - timer.due_at) / timer.repeat + 1;
    timer.due_at += periods * timer.repeat;
    heap_.set(timer, timer.due_at);
  } else if (!timer.is_fallthrough) {
    --keeping_alive_count_;
  }
  timer.callback(&timer);
}

void Timers::free_closed() {
  while (us_timer_t* timer = closed_.pop_front()) {
    delete_with_ext(timer);
    --timer_count_;
  }
}

}  // namespace usquic::loop
