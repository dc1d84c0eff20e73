// Memory that the output of connections uses in turn, so that a busy loop asks the system for none, and an idle connection
// holds none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/byte_queue.h"

namespace usquic::tcp {

class OutputMemory {
 public:
  // Before something is added to it.
  void lend(ByteQueue& queue) {
    if (queue.has_memory() || count_ == 0) return;
    queue.use(std::move(spare_[--count_]));
  }
  // It is empty. Large memory is not kept.
  void take_back(ByteQueue& queue) {
    std::vector<std::uint8_t> memory = queue.release();
    if (count_ < spare_.size() && memory.capacity() > 0 && memory.capacity() <= max_kept)
      spare_[count_++] = std::move(memory);
  }
  // For records on their way to the kernel.
  std::vector<std::uint8_t>& records() {
    records_.clear();
    return records_;
  }

 private:
  static constexpr std::size_t max_kept = 512 << 10;

  std::array<std::vector<std::uint8_t>, 8> spare_;
  std::size_t count_ = 0;
  std::vector<std::uint8_t> records_;
};

}  // namespace usquic::tcp
