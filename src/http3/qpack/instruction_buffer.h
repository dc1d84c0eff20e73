// Instructions that wait to be sent on an encoder or decoder stream. It has memory only while some wait.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"
#include "base/bytes.h"

namespace usquic::http3::qpack {

class InstructionBuffer {
 public:
  explicit InstructionBuffer(BlockPool& pool) : pool_(pool) {}
  ~InstructionBuffer() { BlockPool::release(memory_); }
  InstructionBuffer(const InstructionBuffer&) = delete;
  InstructionBuffer& operator=(const InstructionBuffer&) = delete;

  std::size_t size() const { return end_ - begin_; }
  // Room for `length` bytes behind those that wait; nullptr: memory is used up.
  std::uint8_t* reserve(std::size_t length);
  // What was written to that room ends here.
  void commit(const std::uint8_t* end) { end_ = static_cast<std::uint32_t>(end - memory_); }
  // Moves as much as fits to `room`; returns how much.
  std::size_t take(MutableBytes room);

 private:
  BlockPool& pool_;
  std::uint8_t* memory_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace usquic::http3::qpack
