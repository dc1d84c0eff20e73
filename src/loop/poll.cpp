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
  const int result = loop->polls().start(loop->poller(), *this);
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
  const int result = loop_->polls().change(loop_->poller(), *this);
  if (result != 0) events_ = before;
  return result;
}

void Poll::stop() {
  if (!is_started()) return;
  loop_->polls().stop(loop_->poller(), *this);
  loop_ = nullptr;
  fd_ = -1;
}

}  // namespace usquic::loop
