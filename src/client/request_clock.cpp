#include "client/request_clock.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace usquic::client {

RequestClock::RequestClock(us_loop_t* loop, Listener& listener, const Timeouts& timeouts)
    : listener_(listener),
      timeouts_(timeouts),
      began_ms_(now_ms()),
      phase_began_ms_(began_ms_),
      last_activity_ms_(began_ms_) {
  // Fallthrough: the connection that is waited for keeps the loop alive.
  timer_ = us_create_timer(loop, 1, sizeof(RequestClock*));
  if (timer_ != nullptr) *static_cast<RequestClock**>(us_timer_ext(timer_)) = this;
  arm();
}

RequestClock::~RequestClock() {
  stop();
}

void RequestClock::stop() {
  if (timer_ != nullptr) us_timer_close(timer_);
  timer_ = nullptr;
}

void RequestClock::wait_for_connection() {
  phase_ = Phase::connecting;
  phase_began_ms_ = now_ms();
  arm();
}

void RequestClock::sent() {
  phase_ = Phase::waiting;
  phase_began_ms_ = last_activity_ms_ = now_ms();
  arm();
}

void RequestClock::head_received() {
  phase_ = Phase::receiving;
  arm();
}

void RequestClock::hold_idle(bool is_held) {
  if (is_held_ && !is_held) last_activity_ms_ = now_ms();
  is_held_ = is_held;
  arm();
}

std::int64_t RequestClock::now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::optional<RequestClock::Due> RequestClock::next_due() const {
  std::optional<Due> due;
  const auto consider = [&due](Limit limit, std::int64_t from_ms, int after_ms) {
    if (after_ms <= 0) return;
    const std::int64_t at_ms = from_ms + after_ms;
    if (!due || at_ms < due->at_ms) due = Due{limit, at_ms, after_ms};
  };
  if (phase_ == Phase::connecting) consider(Limit::connect, phase_began_ms_, timeouts_.connect_ms);
  if (phase_ == Phase::waiting) consider(Limit::first_byte, phase_began_ms_, timeouts_.first_byte_ms);
  if (phase_ != Phase::connecting && !is_held_) consider(Limit::idle, last_activity_ms_, timeouts_.idle_ms);
  consider(Limit::total, began_ms_, timeouts_.total_ms);
  return due;
}

void RequestClock::arm() {
  if (timer_ == nullptr) return;
  const auto due = next_due();
  if (!due) return us_timer_set(timer_, nullptr, 0, 0);
  constexpr std::int64_t longest = std::numeric_limits<int>::max();
  const std::int64_t ms = std::clamp<std::int64_t>(due->at_ms - now_ms(), 1, longest);
  us_timer_set(
      timer_, [](us_timer_t* timer) { (*static_cast<RequestClock**>(us_timer_ext(timer)))->fire(); },
      static_cast<int>(ms), 0);
}

void RequestClock::fire() {
  if (listener_.has_moved()) activity();
  const auto due = next_due();
  // Armed first: the listener may end this clock.
  const bool is_up = due && due->at_ms <= now_ms();
  if (is_up && due->limit == Limit::connect) phase_began_ms_ = now_ms();
  arm();
  if (is_up) listener_.on_limit(due->limit, due->after_ms);
}

}  // namespace usquic::client
