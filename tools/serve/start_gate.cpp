#include "serve/start_gate.h"

#include <new>

namespace usquic::tools::serve {
namespace {

// A timer whose only use is that a loop without anything else runs on.
class LoopKeeper {
 public:
  explicit LoopKeeper(const Loop& loop) : timer_(us_create_timer(loop.native(), 0, 0)) {
    if (timer_ == nullptr) throw std::bad_alloc();
    constexpr int hour_ms = 3'600'000;
    us_timer_set(
        timer_, [](us_timer_t*) {}, hour_ms, hour_ms);
  }
  ~LoopKeeper() { us_timer_close(timer_); }
  LoopKeeper(const LoopKeeper&) = delete;
  LoopKeeper& operator=(const LoopKeeper&) = delete;

 private:
  us_timer_t* timer_;
};

}  // namespace

void StartGate::open(Verdict verdict) {
  const std::lock_guard lock(mutex_);
  if (verdict_) return;
  verdict_ = verdict;
  opened_.notify_all();
  for (Loop* loop : waiting_) loop->defer([loop] { loop->stop(); });
}

StartGate::Verdict StartGate::wait(Loop& loop) {
  const LoopKeeper keeper(loop);
  {
    const std::lock_guard lock(mutex_);
    if (verdict_) return *verdict_;
    waiting_.push_back(&loop);
  }
  loop.run();
  const std::lock_guard lock(mutex_);
  std::erase(waiting_, &loop);
  return verdict_.value_or(Verdict::End);
}

StartGate::Verdict StartGate::wait_still() {
  std::unique_lock lock(mutex_);
  opened_.wait(lock, [this] { return verdict_.has_value(); });
  return *verdict_;
}

}  // namespace usquic::tools::serve
