// Holds workers of a server back until others have done what goes before.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "usquic/http/loop.h"

namespace usquic::tools::serve {

// Thread: any, for every call.
class StartGate {
 public:
  enum class Verdict { GoOn, End };

  // The first call counts.
  void open(Verdict verdict);
  // Runs the loop meanwhile, on whose thread it is called: where the first worker is never begun, since there is no memory
  // for all, the loop is stopped from elsewhere, and the verdict is End.
  Verdict wait(Loop& loop);
  // The same while nothing of the loop may run. Whoever opens it is at work by then.
  Verdict wait_still();

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  std::optional<Verdict> verdict_;
  std::vector<Loop*> waiting_;
};

}  // namespace usquic::tools::serve
