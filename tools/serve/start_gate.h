// Holds the workers of a server back until the first one has done what is done once.
#pragma once

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

 private:
  std::mutex mutex_;
  std::optional<Verdict> verdict_;
  std::vector<Loop*> waiting_;
};

}  // namespace usquic::tools::serve
