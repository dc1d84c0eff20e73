#include "loop/poll_set.h"

#include <new>

#include "usquic/error.h"

namespace usquic::loop {

Result<void> PollSet::start(Poller& poller, Poll& poll) {
  try {
    polls_.push_back(&poll);
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
  if (Result<void> added = poller.add(poll.fd_, poll.events_, &poll); !added) {
    polls_.pop_back();
    return added;
  }
  poll.slot_ = polls_.size() - 1;
  if (!poll.is_fallthrough_) ++keeping_alive_;
  return {};
}

Result<void> PollSet::change(Poller& poller, Poll& poll) {
  return poller.change(poll.fd_, poll.events_, &poll);
}

void PollSet::stop(Poller& poller, Poll& poll) {
  poller.remove(poll.fd_);
  // The batch that is being worked off may still hold an event for it.
  if (poll.ready_slot_ != Poll::not_ready) {
    ready_[poll.ready_slot_].poll = nullptr;
    poll.ready_slot_ = Poll::not_ready;
  }
  polls_[poll.slot_] = polls_.back();
  polls_[poll.slot_]->slot_ = poll.slot_;
  polls_.pop_back();
  if (!poll.is_fallthrough_) --keeping_alive_;
}

void PollSet::stop_all() {
  while (!polls_.empty()) polls_.back()->stop();
}

bool PollSet::wait(Poller& poller, Duration timeout) {
  const Poller::Waited waited = poller.wait(timeout, ready_);
  ready_count_ = waited.ready_count;
  for (std::size_t i = 0; i < ready_count_; ++i) ready_[i].poll->ready_slot_ = i;
  return waited.is_woken;
}

void PollSet::run_ready() {
  for (std::size_t i = 0; i < ready_count_; ++i) {
    Poll* poll = ready_[i].poll;
    if (poll == nullptr) continue;
    poll->ready_slot_ = Poll::not_ready;
    // What is wanted may have changed since the wait.
    const unsigned events = ready_[i].events & (poll->events_ | Poll::error);
    if (events != 0) poll->on_ready(events);
  }
  ready_count_ = 0;
}

}  // namespace usquic::loop
