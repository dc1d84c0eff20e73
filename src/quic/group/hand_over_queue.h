// Datagrams that came to another worker and wait for the one whose connection they are of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"

namespace usquic::quic {

struct HandedDatagram {
  Address peer;
  Address local;
  std::uint8_t ecn = 0;
  std::size_t offset = 0;  // of its bytes, in those of the batch
  std::size_t length = 0;
};

struct HandedBatch {
  std::vector<HandedDatagram> datagrams;
  std::vector<std::uint8_t> bytes;

  Bytes bytes_of(const HandedDatagram& d) const { return Bytes(bytes).subspan(d.offset, d.length); }
  void clear() {
    datagrams.clear();
    bytes.clear();
  }
};

// Whoever owns it locks it.
class HandOverQueue {
 public:
  // The newest are dropped: what waits longest is what its connection has waited for longest.
  static constexpr std::size_t max_datagrams = 1024;
  static constexpr std::size_t max_bytes = 4 << 20;

  enum class Pushed : std::uint8_t {
    first,  // of those that wait: somebody must see to it that they are taken
    behind,
    dropped
  };

  // Throws std::bad_alloc.
  Pushed push(const Address& peer, const Address& local, Bytes bytes, std::uint8_t ecn);
  // All that wait, in place of what is in `batch`, whose memory is used again.
  void take(HandedBatch& batch);

 private:
  HandedBatch waiting_;
};

}  // namespace usquic::quic
