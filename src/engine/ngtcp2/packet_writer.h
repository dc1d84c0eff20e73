// Writes the packets of a connection: fills the room of a SendBatch with packet after packet, of datagrams
// and of the streams whose turn it is.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ngtcp2/stream_set.h"
#include "transport/black_hole.h"
#include "transport/datagram_queue.h"
#include "transport/packet_run.h"

namespace usquic::engine::ngtcp2 {

class PacketWriter {
 public:
  struct Outcome {
    bool has_room = true;  // false: the socket takes no more, and something is left to write
    int error = 0;         // of ngtcp2: the connection ends
  };

  explicit PacketWriter(StreamSet& streams) : streams_(streams), core_(streams.core()) {}

  // What there is to send now, within the congestion controller's quantum.
  Outcome write(TimePoint now, SendBatch& batch);
  // CONNECTION_CLOSE, and gives a copy of its packet for those that come late; empty when there is none.
  // Nothing: the socket takes no more.
  std::optional<std::vector<std::uint8_t>> write_close(TimePoint now, SendBatch& batch,
                                                       const CloseReason& reason);
  // One datagram of both parts. 0 or US_QUIC_E_*.
  int queue_datagram(Bytes head, Bytes data);
  // Bytes of the largest datagram that queue_datagram() takes now; 0: it takes none.
  std::size_t datagram_room() const;
  // ngtcp2's next timer, as it was when packets were last written.
  TimePoint deadline() const;

  // Bytes of the largest packet that the path is taken to carry.
  std::size_t path_payload() const;
  transport::BlackHole& black_hole() { return black_hole_; }

  // A client whose handshake is complete has not written its Finished yet.
  bool owes_finished() const { return owes_finished_; }
  void set_owes_finished(bool owes) { owes_finished_ = owes; }

  // The connection begins again with another QUIC version.
  void begin_again();
  // Gives back what waits to be sent.
  void clear();

 private:
  struct StreamOutput {
    std::int64_t id = -1;
    QuicStream* stream = nullptr;  // nullptr: one of the codec's own
    bool fin = false;
    std::size_t count = 0;
    std::size_t length = 0;
  };
  static constexpr std::size_t max_views = 16;
  using Views = std::array<Bytes, max_views>;

  ngtcp2_ssize write_packet(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info, TimePoint now);
  bool write_datagrams(MutableBytes room, ngtcp2_path& path, ngtcp2_pkt_info& info, TimePoint now,
                       ngtcp2_ssize& written);
  void next_output(std::size_t most, Views& views, StreamOutput& out);
  void stream_written(const StreamOutput& out, std::size_t length, bool is_packet_done);
  void stream_blocked(const StreamOutput& out);
  std::size_t max_datagram_bytes() const;
  // Bytes of the largest packet that may be written, a probe of the path MTU included.
  std::size_t packet_room() const;

  StreamSet& streams_;
  ConnectionCore& core_;
  std::uint64_t expiry_ = UINT64_MAX;  // of ngtcp2, since packets were last written
  bool owes_finished_ = false;
  transport::DatagramQueue datagrams_;
  transport::HeldPacket held_packet_;
  transport::BlackHole black_hole_;
};

}  // namespace usquic::engine::ngtcp2
