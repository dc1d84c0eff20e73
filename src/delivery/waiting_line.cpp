#include "delivery/waiting_line.h"

#include <algorithm>
#include <utility>

namespace usquic::delivery {

void Waiter::leave_line() {
  if (line_ != nullptr) line_->remove(*this);
}

void WaitingLine::join(Waiter& waiter, LineMember& member) {
  if (waiter.is_in_line()) return;
  if (member.waiters_.empty()) members_.splice(members_.end(), member.place_);
  member.waiters_.splice(member.waiters_.end(), waiter.place_);
  ++size_;
  waiter.line_ = this;
  waiter.member_ = &member;
}

void WaitingLine::remove(Waiter& waiter) {
  LineMember& member = *std::exchange(waiter.member_, nullptr);
  --size_;
  waiter.line_ = nullptr;
  waiter.place_.splice(waiter.place_.end(), member.waiters_, waiter.node_);
  if (member.waiters_.empty()) member.place_.splice(member.place_.end(), members_, member.node_);
}

Waiter* WaitingLine::next(const files::BufferPool& pool) {
  const auto holds_none = [](const LineMember* member) { return member->share_.held == 0; };
  const auto may_take = [&pool](const LineMember* member) { return pool.may_take(member->share_); };
  if (pool.is_used_up()) return nullptr;
  auto found = std::find_if(members_.begin(), members_.end(), holds_none);
  if (found == members_.end()) found = std::find_if(members_.begin(), members_.end(), may_take);
  if (found == members_.end()) return nullptr;
  LineMember& member = **found;
  Waiter* waiter = member.waiters_.front();
  members_.splice(members_.end(), members_, found);
  remove(*waiter);
  return waiter;
}

}  // namespace usquic::delivery
