// The polls of a loop: which are started, and which the latest wait found ready.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "loop/loop.h"
#include "loop/poller.h"

namespace usquic::loop {

class PollSet {
 public:
  Result<void> start(Poller& poller, Poll& poll);
  Result<void> change(Poller& poller, Poll& poll);
  void stop(Poller& poller, Poll& poll);
  // Stops every poll, as Poll::stop().
  void stop_all();
  // Whether a started poll keeps the loop alive.
  bool keep_alive() const { return keeping_alive_ > 0; }

  // Waits for at most `timeout`; what is ready is kept for run_ready(). Returns whether the poller was woken.
  bool wait(Poller& poller, Duration timeout);
  bool has_ready() const { return ready_count_ > 0; }
  // Calls on_ready() of what the latest wait found. A call may stop any poll.
  void run_ready();

 private:
  std::vector<Poll*> polls_;  // the started ones
  std::size_t keeping_alive_ = 0;
  std::array<Ready, 256> ready_;
  std::size_t ready_count_ = 0;
};

}  // namespace usquic::loop
