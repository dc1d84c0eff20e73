// Datagrams of a connection that JavaScript has not yet taken. When it does not keep up the next ones are dropped, as
// a network would, so that they do not pile up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace usquic::node {

class DatagramBacklog {
 public:
  // Returns: whether there is room for it. One for which there is none is counted.
  bool add(std::size_t bytes) {
    const std::size_t cost = bytes + overhead;
    if (held_ + cost > most_bytes) {
      ++dropped_;
      return false;
    }
    held_ += cost;
    return true;
  }
  void take(std::size_t datagrams, std::size_t bytes) {
    held_ -= std::min(bytes + datagrams * overhead, held_);
  }
  // How many were dropped since the last call.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  static constexpr std::size_t most_bytes = 256 * 1024;
  static constexpr std::size_t overhead = 256;  // of the event and the Buffer that each becomes

  std::size_t held_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace usquic::node
