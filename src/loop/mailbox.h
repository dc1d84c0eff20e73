// The thread-safe way into a loop.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "loop/loop.h"
#include "loop/poller.h"

namespace usquic::loop {

class Mailbox {
 public:
  explicit Mailbox(Poller& poller) : poller_(&poller) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread.
  void post(std::function<void()> run);

  // The loop's thread, after a wake-up: runs what was posted so far, in order.
  void run_posted();
  // The loop's thread: the loop is going. What was posted and has not run is destroyed without running.
  void close();

 private:
  std::mutex mutex_;
  Poller* poller_;  // nullptr once closed
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;  // the loop's thread alone; kept for its capacity
};

}  // namespace usquic::loop
