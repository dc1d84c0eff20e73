// How a loop waits. A poller knows descriptors and time; what they mean is the loop's business.
// epoll_poller.h is the one that is built; another system's would stand beside it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/time.h"

namespace usquic::loop {

class Poll;

// A watched descriptor with something to tell. events: Poll::Events.
struct Ready {
  Poll* poll = nullptr;
  unsigned events = 0;
};

class Poller {
 public:
  struct Waited {
    std::size_t ready_count = 0;
    bool is_woken = false;
  };

  virtual ~Poller() = default;

  // `poll` is what wait() reports for fd.
  virtual Result<void> add(int fd, unsigned events, Poll* poll) = 0;
  virtual Result<void> change(int fd, unsigned events, Poll* poll) = 0;
  virtual void remove(int fd) = 0;

  // Waits until a descriptor is ready, wake() was called, or `timeout` is over (zero: does not wait; forever:
  // no end). May return early with nothing, as after a signal.
  static constexpr Duration forever = Duration::max();
  virtual Waited wait(Duration timeout, std::span<Ready> ready) = 0;

  // Ends a wait, or the next one at once. Any thread.
  virtual void wake() = 0;

  // A descriptor that is readable while wait() would report something or the time of carry() has come.
  // Created at the first call, which can fail.
  virtual Result<int> pollable_fd() = 0;
  // The deadline that pollable_fd() carries from now on. Only after pollable_fd() succeeded.
  virtual void carry(TimePoint deadline) = 0;
};

// The poller of this system; nullptr when memory or descriptors are used up.
std::unique_ptr<Poller> make_poller();

}  // namespace usquic::loop
