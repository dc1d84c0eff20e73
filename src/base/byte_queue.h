// Bytes that wait, in one piece of memory, which is given back when none is left.
#pragma once

#include <cstddef>
#include <cstdint>
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
  void append(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  // For what appends by itself, and does nothing else.
  std::vector<std::uint8_t>& appendable() { return bytes_; }

  void remove_front(std::size_t count) {
    begin_ += count;
    if (empty()) {
      clear();
    } else if (begin_ >= min_moved && begin_ >= bytes_.size() / 2) {
      // Each byte is moved once at most for each that was removed.
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
  }
  void clear() {
    std::vector<std::uint8_t>().swap(bytes_);
    begin_ = 0;
  }

 private:
  static constexpr std::size_t min_moved = 4096;

  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0;  // the bytes before it are removed
};

}  // namespace usquic
