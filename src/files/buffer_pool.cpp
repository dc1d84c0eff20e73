#include "files/buffer_pool.h"

namespace usquic::files {

std::unique_ptr<std::byte[]> BufferPool::acquire(BufferShare& share) {
  if (!may_take(share)) return nullptr;
  std::unique_ptr<std::byte[]> buffer;
  if (spare_.empty()) {
    buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
  } else {
    buffer = std::move(spare_.back());
    spare_.pop_back();
  }
  ++in_use_;
  ++share.held;
  return buffer;
}

void BufferPool::release(std::unique_ptr<std::byte[]> buffer, BufferShare& share) {
  --in_use_;
  --share.held;
  if (spare_.size() < max_spare) spare_.push_back(std::move(buffer));
}

}  // namespace usquic::files
