// What is freed at the end of the iteration.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace usquic::loop {

class DeferredFrees {
 public:
  void add(std::function<void()> destroy) { waiting_.push_back(std::move(destroy)); }
  bool empty() const { return waiting_.empty(); }

  // Runs everything that waits, also what is added meanwhile.
  void run() {
    while (!waiting_.empty()) {
      waiting_.swap(running_);
      for (std::function<void()>& destroy : running_) destroy();
      running_.clear();
    }
  }

 private:
  std::vector<std::function<void()>> waiting_;
  std::vector<std::function<void()>> running_;  // kept for its capacity
};

}  // namespace usquic::loop
