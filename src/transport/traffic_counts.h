// What a connection sent and received so far, for its statistics.
#pragma once

#include <cstddef>
#include <cstdint>

#include "usquic/quic.h"

namespace usquic::transport {

class TrafficCounts {
 public:
  void packet_sent(std::size_t bytes) {
    bytes_sent_ += bytes;
    ++packets_sent_;
  }
  void datagram_received(std::size_t bytes) {
    bytes_received_ += bytes;
    ++datagrams_received_;
  }
  void stream_opened() { ++streams_opened_; }

  std::uint64_t bytes_sent() const { return bytes_sent_; }

  void write_to(us_quic_stats_t& out) const {
    out.bytes_sent = bytes_sent_;
    out.bytes_received = bytes_received_;
    out.packets_sent = packets_sent_;
    out.packets_received = datagrams_received_;
    out.streams_opened = streams_opened_;
  }

 private:
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t packets_sent_ = 0;
  std::uint64_t datagrams_received_ = 0;
  std::uint64_t streams_opened_ = 0;
};

}  // namespace usquic::transport
