// How much of what came JavaScript has not yet taken, and when the peer is to be held back for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

namespace usquic::node {

class Backlog {
 public:
  // Returns: whether the peer must be held back from now on.
  bool add(std::size_t bytes) {
    bytes_ += bytes;
    return bytes_ > most_bytes && !std::exchange(is_full_, true);
  }
  // Returns: whether the peer may go on.
  bool take(std::size_t bytes) {
    bytes_ -= std::min(bytes, bytes_);
    return is_full_ && bytes_ <= most_bytes / 2 && std::exchange(is_full_, false);
  }

 private:
  static constexpr std::size_t most_bytes = 256 * 1024;

  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

}  // namespace usquic::node
