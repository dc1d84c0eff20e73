#include "quic/group/worker_link.h"

#include <utility>

namespace usquic::quic {

bool WorkerLink::attach(us_loop_t* loop, HandOverReceiver& receiver) {
  std::shared_ptr<loop::Mailbox> mailbox = loop::mailbox(loop);
  const std::lock_guard lock(mutex_);
  if (receiver_ != nullptr) return false;
  mailbox_ = std::move(mailbox);
  receiver_ = &receiver;
  ++attachment_;
  return true;
}

void WorkerLink::detach() {
  HandedBatch dropped;
  const std::lock_guard lock(mutex_);
  mailbox_.reset();
  receiver_ = nullptr;
  queue_.take(dropped);
}

bool WorkerLink::is_attached() const {
  const std::lock_guard lock(mutex_);
  return receiver_ != nullptr;
}

// Pushed under the lock, so that detach() finds all that no worker will take.
WorkerLink::Given WorkerLink::give(const Address& peer, const Address& local, Bytes bytes, std::uint8_t ecn) {
  const std::lock_guard lock(mutex_);
  if (receiver_ == nullptr) return Given::nobody;
  switch (queue_.push(peer, local, bytes, ecn)) {
    case HandOverQueue::Pushed::dropped:
      return Given::dropped;
    case HandOverQueue::Pushed::first:
      loop::post(*mailbox_, [self = shared_from_this(), at = attachment_] { self->deliver(at); });
      break;
    case HandOverQueue::Pushed::behind:
      break;
  }
  return Given::taken;
}

void WorkerLink::deliver(std::uint64_t attachment) {
  HandOverReceiver* receiver = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (attachment != attachment_ || receiver_ == nullptr) return;
    receiver = receiver_;
    queue_.take(batch_);
  }
  receiver->on_handed_over(batch_);
}

}  // namespace usquic::quic
