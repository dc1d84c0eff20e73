// Reads the datagrams of a connection: hands their packets to ngtcp2, and sees the frames in them that ngtcp2
// keeps to itself.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>

#include "engine/ngtcp2/stream_set.h"
#include "transport/early_resets.h"
#include "transport/frame_scan.h"
#include "transport/loss_count.h"

namespace usquic::engine::ngtcp2 {

class PacketReader {
 public:
  explicit PacketReader(StreamSet& streams) : streams_(streams), core_(streams.core()) {}

  // 0, or why ngtcp2 cannot go on.
  int read(TimePoint now, const Datagram& datagram);
  // Of the datagram that is being read, or was read last.
  transport::FrameScan& frames() const { return core_.endpoint.frame_scan; }
  // Packets that this side sent and the peer did not get.
  std::uint64_t lost() const { return losses_.lost(); }

  // For the key that opens the packets.
  transport::EarlyResets& early_resets() const { return core_.endpoint.early_resets; }
  bool has_early_reset() const;  // in the packet that was scanned last

 private:
  int read_bytes(TimePoint now, const Datagram& datagram, const Address& local, Bytes bytes);

  StreamSet& streams_;
  ConnectionCore& core_;
  transport::LossCount losses_;
};

}  // namespace usquic::engine::ngtcp2
