#include "tcp/loop_share.h"

#include <algorithm>
#include <utility>

#include "usquic/error.h"

namespace usquic::tcp {
namespace {

class ShareHooks final : public loop::Hooks {
 public:
  explicit ShareHooks(std::shared_ptr<LoopShare> share) : share_(std::move(share)) {}

  const std::shared_ptr<LoopShare>& share() const { return share_; }

  TimePoint deadline() override {
    return std::min(share_->deadlines.earliest(), share_->accept_deadlines.earliest());
  }
  bool has_work() override { return share_->has_work(); }
  // Their polls do.
  bool keeps_alive() override { return share_->has_work(); }
  void expire(TimePoint now) override { share_->expire(now); }
  void flush(TimePoint /*now*/) override { share_->flush(); }
  void sweep() override { share_->sweep(); }
  void loop_closing() override {
    share_->close_all();
    delete this;
  }

 private:
  std::shared_ptr<LoopShare> share_;
};

}  // namespace

std::shared_ptr<LoopShare> LoopShare::of(us_loop_t* loop) {
  loop::Hooks* found =
      loop::find_hooks(loop, [](loop::Hooks* hooks) { return dynamic_cast<ShareHooks*>(hooks) != nullptr; });
  if (found != nullptr) return static_cast<ShareHooks*>(found)->share();
  auto hooks = std::make_unique<ShareHooks>(std::make_shared<LoopShare>(loop));
  loop::add_hooks(loop, hooks.get());
  return hooks.release()->share();
}

void LoopShare::expire(TimePoint now) {
  while (DeadlineEntry* due = accept_deadlines.pop_due(now)) static_cast<Listener*>(due)->resume();
  while (DeadlineEntry* due = deadlines.pop_due(now)) static_cast<Connection*>(due)->on_due();
}

// What handlers add meanwhile has its turn in the next iteration, which does not wait.
void LoopShare::flush() {
  List<Connection, ToFlush> now;
  now.take_all(to_flush);
  while (Connection* connection = now.pop_front()) connection->flush();
}

void LoopShare::sweep() {
  List<Connection, OfLoop> told;
  while (Connection* connection = closed.pop_front()) {
    told.push_back(connection);
    if (connection->handler_ != nullptr) connection->handler_->on_close(*connection, connection->error_);
  }
  while (Connection* connection = told.pop_front()) delete connection;
}

void LoopShare::close_all() {
  while (Listener* listener = listeners.front()) listener->close();
  while (Connection* connection = open.front()) connection->finish(US_QUIC_E_CLOSED);
  sweep();
}

}  // namespace usquic::tcp
