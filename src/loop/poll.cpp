#include "loop/loop_state.h"
#include "usquic/error.h"

namespace usquic::loop {

Poll::~Poll() {
  stop();
}

Result<void> Poll::start(us_loop_t* loop, int fd, unsigned events, bool is_fallthrough) {
  if (is_started()) return Error{US_QUIC_E_STATE};
  if (fd < 0) return Error{US_QUIC_E_INVALID};
  fd_ = fd;
  events_ = events;
  is_fallthrough_ = is_fallthrough;
  const Result<void> started = loop->polls().start(loop->poller(), *this);
  if (started) {
    loop_ = loop;
  } else {
    fd_ = -1;
  }
  return started;
}

Result<void> Poll::change(unsigned events) {
  if (!is_started()) return Error{US_QUIC_E_STATE};
  if (events == events_) return {};
  const unsigned before = events_;
  events_ = events;
  const Result<void> changed = loop_->polls().change(loop_->poller(), *this);
  if (!changed) events_ = before;
  return changed;
}

void Poll::stop() {
  if (!is_started()) return;
  loop_->polls().stop(loop_->poller(), *this);
  loop_ = nullptr;
  fd_ = -1;
}

}  // namespace usquic::loop
