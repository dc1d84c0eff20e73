#include <new>

#include "loop/loop_state.h"
#include "usquic/error.h"

namespace usquic::loop {

Poll::~Poll() {
  stop();
}

int Poll::start(us_loop_t* loop, int fd, unsigned events, bool is_fallthrough) {
  if (is_started()) return US_QUIC_E_STATE;
  if (fd < 0) return US_QUIC_E_INVALID;
  fd_ = fd;
  events_ = events;
  is_fallthrough_ = is_fallthrough;
  const int result = loop->start(*this);
  if (result == 0) {
    loop_ = loop;
  } else {
    fd_ = -1;
  }
  return result;
}

int Poll::change(unsigned events) {
  if (!is_started()) return US_QUIC_E_STATE;
  if (events == events_) return 0;
  const unsigned before = events_;
  events_ = events;
  const int result = loop_->change(*this);
  if (result != 0) events_ = before;
  return result;
}

void Poll::stop() {
  if (!is_started()) return;
  loop_->stop(*this);
  loop_ = nullptr;
  fd_ = -1;
}

}  // namespace usquic::loop

int us_loop_t::start(usquic::loop::Poll& poll) {
  try {
    polls_.push_back(&poll);
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
  const int error = poller_->add(poll.fd_, poll.events_, &poll);
  if (error != 0) {
    polls_.pop_back();
    return error;
  }
  poll.slot_ = polls_.size() - 1;
  if (!poll.is_fallthrough_) ++polls_keeping_alive_;
  return 0;
}

int us_loop_t::change(usquic::loop::Poll& poll) {
  return poller_->change(poll.fd_, poll.events_, &poll);
}

void us_loop_t::stop(usquic::loop::Poll& poll) {
  poller_->remove(poll.fd_);
  // The batch that is being worked off may still hold an event for it.
  if (poll.ready_slot_ != usquic::loop::Poll::not_ready) {
    ready_[poll.ready_slot_].poll = nullptr;
    poll.ready_slot_ = usquic::loop::Poll::not_ready;
  }
  polls_[poll.slot_] = polls_.back();
  polls_[poll.slot_]->slot_ = poll.slot_;
  polls_.pop_back();
  if (!poll.is_fallthrough_) --polls_keeping_alive_;
}

void us_loop_t::run_ready() {
  for (std::size_t i = 0; i < ready_count_; ++i) {
    usquic::loop::Poll* poll = ready_[i].poll;
    if (poll == nullptr) continue;
    poll->ready_slot_ = usquic::loop::Poll::not_ready;
    // What is wanted may have changed since the wait.
    const unsigned events = ready_[i].events & (poll->events_ | usquic::loop::Poll::error);
    if (events != 0) poll->on_ready(events);
  }
  ready_count_ = 0;
}
