#include "http3/qpack/instruction_buffer.h"

#include <algorithm>
#include <cstring>

namespace usquic::http3::qpack {

std::uint8_t* InstructionBuffer::reserve(std::size_t length) {
  constexpr std::size_t usual_bytes = 48;
  if (capacity_ - end_ >= length && memory_ != nullptr) return memory_ + end_;
  if (begin_ > 0 && memory_ != nullptr) {
    std::memmove(memory_, memory_ + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  if (capacity_ - end_ < length || memory_ == nullptr) {
    const std::size_t capacity = std::max({usual_bytes, std::size_t{capacity_} * 2, end_ + length});
    auto* larger = static_cast<std::uint8_t*>(pool_.resize(memory_, capacity));
    if (larger == nullptr) return nullptr;
    memory_ = larger;
    capacity_ = static_cast<std::uint32_t>(capacity);
  }
  return memory_ + end_;
}

std::size_t InstructionBuffer::take(MutableBytes room) {
  const std::size_t length = std::min(size(), room.size());
  if (length > 0) std::memcpy(room.data(), memory_ + begin_, length);
  begin_ += static_cast<std::uint32_t>(length);
  if (begin_ == end_) {
    BlockPool::release(memory_);
    memory_ = nullptr;
    capacity_ = begin_ = end_ = 0;
  }
  return length;
}

}  // namespace usquic::http3::qpack
