// The event loop for C++ users: several apps and clients can share one. One loop belongs to one thread.
#pragma once

#include <memory>

#include "usquic/http/function.h"
#include "usquic/loop.h"

namespace usquic {

// Thread: the one that runs it, for every call but defer.
class US_API Loop {
 public:
  // nullptr when memory or file descriptors are used up.
  static std::shared_ptr<Loop> create();
  // Frees the us_loop_t and everything on it. Thread: the loop's, outside its callbacks.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until nothing keeps the loop alive.
  void run();
  // Lets run() return at the end of the running iteration, though something keeps the loop alive.
  void stop();
  // For embedding in another loop: a descriptor that is readable when there is something to do (us_loop_fd).
  int fd();
  // Does what there is to do, without waiting (us_loop_tick). Returns: whether something still keeps
  // the loop alive.
  bool tick();

  // Runs `task` on the loop's thread soon. Thread: any. This is the only call allowed from other threads.
  // Ownership: the task is destroyed on the loop's thread, run or not.
  void defer(Function<void()> task);
  // Runs `task` once after `delay_ms` milliseconds; keeps the loop alive until then. Thread: the loop's.
  void after(int delay_ms, Function<void()> task);

  // The C loop, for timers and plain sockets of your own.
  us_loop_t* native() const;

 private:
  struct State;
  explicit Loop(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace usquic
