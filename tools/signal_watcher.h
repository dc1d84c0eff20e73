// Signals as messages to the loop: a thread of its own waits for them, so that no handler runs anywhere.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace usquic::tools {

// Block SIGINT, SIGTERM and SIGHUP for this thread and all that it starts later. Call it before
// any thread starts.
void block_watched_signals();

class SignalWatcher {
 public:
  // notify runs after each signal, on the watcher's thread: it wakes the loop, where the counts
  // are looked at.
  explicit SignalWatcher(std::function<void()> notify);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // Since the last call.
  int take_terminations() { return terminations_.exchange(0); }
  int take_hangups() { return hangups_.exchange(0); }

 private:
  void watch();

  const std::function<void()> notify_;
  std::atomic<int> terminations_ = 0;
  std::atomic<int> hangups_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace usquic::tools
