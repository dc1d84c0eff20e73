// A call in an iteration of its own, soon after it was asked for.
#pragma once

#include <functional>

#include "usquic/loop.h"

namespace usquic::delivery {

class SoonCall {
 public:
  // The loop must outlive it.
  SoonCall(us_loop_t* loop, std::function<void()> task);
  ~SoonCall();
  SoonCall(const SoonCall&) = delete;
  SoonCall& operator=(const SoonCall&) = delete;

  // Many requests are one call, `delay_ms` after the first. Allocates nothing: it may be asked for where
  // memory is used up.
  void request(int delay_ms = 0) noexcept;

 private:
  std::function<void()> task_;
  us_timer_t* timer_;
  bool is_requested_ = false;
};

}  // namespace usquic::delivery
