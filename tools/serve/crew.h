// The workers that serve, for those who want something of all of them.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "serve/loop_server.h"

namespace usquic::tools::serve {

// Thread: any, for every call but those that say otherwise.
class Crew {
 public:
  // Runs on a worker's thread. It is destroyed there when the worker has ended meanwhile.
  using Task = std::function<void(LoopServer& worker)>;

  // A worker that is about to run, on its own thread. Returns how many there are now.
  unsigned join(LoopServer& worker);
  // One whose loop has returned, on its own thread: it gets no task from here on.
  void leave(LoopServer& worker);

  // Soon. tell_first: one of them, the same as long as it serves.
  void tell_all(const Task& task);
  void tell_first(const Task& task);
  void tell_others(const LoopServer& worker, const Task& task);

 private:
  std::mutex mutex_;
  std::vector<LoopServer*> workers_;  // with their loops
};

}  // namespace usquic::tools::serve
