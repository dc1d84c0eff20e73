// How many packets of a packet number space were lost, by the acknowledgements that came: ngtcp2 1.11 keeps
// its own count to itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace usquic::transport {

// Packet numbers, both included.
struct AckRange {
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
};

class LossCount {
 public:
  // RFC 9002 section 6.1.1: a packet is lost when one that was sent this many later is acknowledged, and it
  // is not. It stays so when its acknowledgement comes later still.
  static constexpr std::uint64_t threshold = 3;

  // Of an ACK frame: the largest first. A receiver may leave out what it acknowledged before.
  void acknowledged(std::span<const AckRange> ranges);
  std::uint64_t lost() const { return lost_; }

 private:
  std::uint64_t lost_ = 0;
  std::uint64_t undecided_ = 0;    // the first packet of which nothing is decided
  bool is_known_[threshold] = {};  // of it and the next two: acknowledged
};

}  // namespace usquic::transport
