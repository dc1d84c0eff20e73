// The C calls of timers.
#include <algorithm>

#include "base/ext.h"
#include "loop/loop_state.h"

us_timer_t* us_create_timer(us_loop_t* loop, int fallthrough, unsigned int ext_size) {
  return loop->timers().create(loop, fallthrough != 0, ext_size);
}

void us_timer_set(us_timer_t* timer, void (*cb)(us_timer_t* timer), int ms, int repeat_ms) {
  if (timer->is_closed) return;
  const std::chrono::milliseconds delay(std::max(ms, 0));
  const std::chrono::milliseconds repeat(std::max(repeat_ms, 0));
  if (cb == nullptr || (delay.count() == 0 && repeat.count() == 0)) {
    timer->loop->timers().disarm(*timer);
  } else {
    // Counted from this moment, not from the step's time: never early for the caller's clock.
    timer->loop->timers().arm(*timer, cb, usquic::loop::monotonic_now() + delay, repeat);
  }
  if (!timer->loop->is_in_iteration()) timer->loop->update_pollable();
}

void us_timer_close(us_timer_t* timer) {
  timer->loop->timers().close(*timer);
  usquic::loop::note_work(timer->loop);
}

void* us_timer_ext(us_timer_t* timer) {
  return usquic::ext_of(timer);
}

us_loop_t* us_timer_loop(us_timer_t* timer) {
  return timer->loop;
}
