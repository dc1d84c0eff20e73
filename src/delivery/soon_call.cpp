#include "delivery/soon_call.h"

#include <new>
#include <utility>

namespace usquic::delivery {

SoonCall::SoonCall(us_loop_t* loop, std::function<void()> task)
    : task_(std::move(task)), timer_(us_create_timer(loop, 1, sizeof(SoonCall*))) {
  if (timer_ == nullptr) throw std::bad_alloc();
  *static_cast<SoonCall**>(us_timer_ext(timer_)) = this;
}

SoonCall::~SoonCall() {
  us_timer_close(timer_);
}

void SoonCall::request(int delay_ms) noexcept {
  if (std::exchange(is_requested_, true)) return;
  // Disarmed when it runs: the repetition is there because 0 and 0 would disarm it here.
  us_timer_set(
      timer_,
      [](us_timer_t* timer) {
        us_timer_set(timer, nullptr, 0, 0);
        SoonCall& self = **static_cast<SoonCall**>(us_timer_ext(timer));
        self.is_requested_ = false;
        try {
          self.task_();
        } catch (const std::bad_alloc&) {
          return;  // left for the next time
        }
      },
      delay_ms, 1);
}

}  // namespace usquic::delivery
