// Bytes that wait, in one piece of memory, which is given back when none is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace usquic {

class ByteQueue {
 public:
  std::size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }
  Bytes front(std::size_t most) const {
    const Bytes all = Bytes(bytes_).subspan(begin_);
    return all.first(most < all.size() ? most : all.size());
  }

  // May throw std::bad_alloc.
  void append(Bytes bytes) {
    if (begin_ > 0 && bytes_.size() + bytes.size() > bytes_.capacity()) compact();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  // For what appends by itself, and does nothing else.
  std::vector<std::uint8_t>& appendable() { return bytes_; }

  void remove_front(std::size_t count) {
    begin_ += count;
    if (empty()) clear();
  }
  // The same, and its memory stays when none is left.
  void consume(std::size_t count) { begin_ += count; }
  void clear() { release(); }

  // For whoever keeps memory for several queues. Only when it is empty: its memory from now on.
  bool has_memory() const { return bytes_.capacity() > 0; }
  void use(std::vector<std::uint8_t> memory) {
    bytes_ = std::move(memory);
    bytes_.clear();
  }
  // Forgets what is there, and its memory.
  std::vector<std::uint8_t> release() {
    begin_ = 0;
    return std::exchange(bytes_, {});
  }

 private:
  // Where more than half of it was removed, so that each byte is moved once at most for each that was.
  void compact() {
    if (begin_ < bytes_.size() / 2) return;
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;  // the bytes before it are removed
};

}  // namespace usquic
