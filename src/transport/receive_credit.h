// Flow control credit of one stream's receiving part: what the application was given, and what of it the peer
// may send again (RFC 9000 section 4.1).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace usquic::transport {

class ReceiveCredit {
 public:
  void delivered(std::uint64_t bytes) { unconsumed_ += bytes; }
  // The application took them, but no more than it was given. False: that changes nothing.
  bool consumed(std::uint64_t bytes) {
    const std::uint64_t taken = std::min(bytes, unconsumed_);
    unconsumed_ -= taken;
    due_ += taken;
    return taken > 0;
  }
  void consumed_all() { due_ += std::exchange(unconsumed_, 0); }

  // Credit to give now; it counts as given.
  std::uint64_t take_due() { return std::exchange(due_, 0); }
  // What the connection is owed when the stream ends.
  std::uint64_t left() const { return unconsumed_ + due_; }

 private:
  std::uint64_t unconsumed_ = 0;
  std::uint64_t due_ = 0;
};

}  // namespace usquic::transport
