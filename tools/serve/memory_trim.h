// When the allocator is asked to give back what many connections took: it keeps free memory for good behind
// whatever lives above it. That takes tens of milliseconds for hundreds of megabytes, so it is done when
// few are left.
#pragma once

#include <cstdint>

namespace usquic::tools::serve {

class MemoryTrim {
 public:
  // What fewer connections took is not worth it.
  static constexpr std::uint64_t min_peak = 500;

  // Asked every second or so, with the connections that are open. True after most of many are gone, and again
  // after most of those that were left are.
  bool is_due(std::uint64_t open) {
    if (open > peak_) {
      peak_ = open;
      is_going_on_ = false;
    }
    if ((peak_ < min_peak && !is_going_on_) || open > peak_ / 8) return false;
    peak_ = open;
    is_going_on_ = open > 0;
    return true;
  }

 private:
  std::uint64_t peak_ = 0;
  bool is_going_on_ = false;
};

}  // namespace usquic::tools::serve
