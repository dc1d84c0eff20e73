// When the allocator is asked to give back what many connections took: it keeps free memory for good behind
// whatever lives above it. That takes tens of milliseconds for hundreds of megabytes, so it is done when few
// are left.
#pragma once

#include <algorithm>
#include <cstdint>

namespace usquic::tools::serve {

class MemoryTrim {
 public:
  // What fewer connections took is not worth it.
  static constexpr std::uint64_t kLeastPeak = 500;

  // Asked every second or so, with the connections that are open. True once after most of many are gone.
  bool is_due(std::uint64_t open) {
    peak_ = std::max(peak_, open);
    if (peak_ < kLeastPeak || open > peak_ / 8) return false;
    peak_ = open;
    return true;
  }

 private:
  std::uint64_t peak_ = 0;
};

}  // namespace usquic::tools::serve
