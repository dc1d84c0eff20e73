#include "udp/loop_share.h"

#include <algorithm>
#include <utility>

namespace usquic::udp {
namespace {

class ShareHooks final : public loop::Hooks {
 public:
  explicit ShareHooks(std::shared_ptr<LoopShare> share) : share_(std::move(share)) {}

  const std::shared_ptr<LoopShare>& share() const { return share_; }

  TimePoint deadline() override { return share_->wakeups.earliest(); }
  bool has_work() override { return false; }
  bool keeps_alive() override { return false; }
  void expire(TimePoint now) override { share_->wakeups.run_due(now); }
  void flush(TimePoint /*now*/) override {}
  void sweep() override {}
  void loop_closing() override {
    while (OwnedByLoop* owned = share_->owned.pop_front()) owned->destroy();
    delete this;
  }

 private:
  std::shared_ptr<LoopShare> share_;
};

}  // namespace

void Wakeups::set(Wakeup& wakeup, TimePoint at) {
  wakeup.unlink();
  wakeup.at_ = at;
  if (at != never) waiting_.push_back(&wakeup);
}

TimePoint Wakeups::earliest() {
  TimePoint earliest = never;
  for (Wakeup* wakeup = waiting_.front(); wakeup != nullptr; wakeup = waiting_.next(wakeup)) {
    earliest = std::min(earliest, wakeup->at_);
  }
  return earliest;
}

void Wakeups::run_due(TimePoint now) {
  List<Wakeup> due;
  for (Wakeup* wakeup = waiting_.front(); wakeup != nullptr;) {
    Wakeup* following = waiting_.next(wakeup);
    if (wakeup->at_ <= now) {
      wakeup->unlink();
      due.push_back(wakeup);
    }
    wakeup = following;
  }
  while (Wakeup* wakeup = due.pop_front()) wakeup->on_due(now);
}

std::shared_ptr<LoopShare> LoopShare::of(us_loop_t* loop) {
  loop::Hooks* found =
      loop::find_hooks(loop, [](loop::Hooks* hooks) { return dynamic_cast<ShareHooks*>(hooks) != nullptr; });
  if (found != nullptr) return static_cast<ShareHooks*>(found)->share();
  auto hooks = std::make_unique<ShareHooks>(std::make_shared<LoopShare>());
  loop::add_hooks(loop, hooks.get());
  return hooks.release()->share();
}

}  // namespace usquic::udp
