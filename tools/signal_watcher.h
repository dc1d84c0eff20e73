// Signals as messages to the loop: a thread of its own waits for them, so that no handler runs anywhere.
#pragma once

#include <atomic>
#include <csignal>
#include <thread>

#include "usquic/loop.h"

namespace usquic::tools {

// Block SIGINT, SIGTERM and SIGHUP for this thread and all that it starts later. Call it before any thread
// starts.
void block_watched_signals();

class SignalWatcher {
 public:
  // Wakes the loop after each signal; the loop's wakeup callback then looks at the counts.
  explicit SignalWatcher(us_loop_t* loop);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Since the last call.
  int take_terminations() { return terminations_.exchange(0); }
  int take_hangups() { return hangups_.exchange(0); }

 private:
  void watch(us_loop_t* loop);

  std::atomic<int> terminations_ = 0;
  std::atomic<int> hangups_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace usquic::tools
