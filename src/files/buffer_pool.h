// Buffers for bytes of files on their way out, with one bound for all of them and a fair share
// for each connection.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace usquic::files {

// What one connection holds of the pool. Outlives the connection while its bytes are not yet released.
struct BufferShare {
  std::size_t held = 0;
};

class BufferPool {
 public:
  static constexpr std::size_t buffer_bytes = 128 * 1024;

  explicit BufferPool(std::size_t max_buffers) : max_buffers_(max_buffers) {
    spare_.reserve(max_spare);  // giving a buffer back allocates nothing
  }
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // Empty when the pool or the share is used up. A connection may hold as many buffers as are left over:
  // alone it gets half of the pool, and the more connections there are the less each gets, but the first one
  // is never refused while any is left (dynamic thresholds, as switches share their packet memory).
  std::unique_ptr<std::byte[]> acquire(BufferShare& share);
  bool may_take(const BufferShare& share) const {
    const std::size_t left = max_buffers_ - in_use_;
    return left > 0 && share.held <= left;
  }
  void release(std::unique_ptr<std::byte[]> buffer, BufferShare& share);

  std::size_t in_use() const { return in_use_; }
  bool is_used_up() const { return in_use_ >= max_buffers_; }
  // Gives the memory of buffers that nobody uses back.
  void drop_spare() { spare_.clear(); }

 private:
  static constexpr std::size_t max_spare = 16;

  std::size_t max_buffers_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> spare_;
};

}  // namespace usquic::files
