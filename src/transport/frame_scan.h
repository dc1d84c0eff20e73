// What ngtcp2 1.11 tells of no received frame: STOP_SENDING, which packets an ACK is for, and frames that
// cost us more than their sender; and what it must be prepared for (early_resets.h).
// Read from the plaintext of 1-RTT packets when they are decrypted, with what was seen of the others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "transport/loss_count.h"

namespace usquic::transport {

class FrameScan {
 public:
  struct StopSending {
    std::int64_t stream = 0;
    std::uint64_t code = 0;
  };
  // Of a datagram. What is more is met at the next write to its stream.
  static constexpr std::size_t max_stops = 16;
  // More than a packet of 1,500 bytes can carry.
  static constexpr std::size_t max_resets = 512;
  // Of an ACK frame. Those beyond are older than all that was sent since the acknowledgement before.
  static constexpr std::size_t max_ack_ranges = 32;

  void clear() {
    stop_count_ = reset_count_ = control_frames_ = ack_range_count_ = 0;
    is_update_skipped_ = false;
  }
  // The frames of a packet (RFC 9000 section 19, RFC 9221 section 4). Ends at the first that is not
  // well-formed: ngtcp2 closes the connection for that.
  void read(Bytes payload);

  // The latest ACK frame's, the largest first.
  std::span<const AckRange> ack_ranges() const { return std::span(ack_ranges_).first(ack_range_count_); }
  // A packet was made with keys that the peer may not use yet.
  void note_skipped_update() { is_update_skipped_ = true; }
  bool is_update_skipped() const { return is_update_skipped_; }

  // Nothing to act on, beside acknowledgements.
  bool is_empty() const { return stop_count_ == 0 && control_frames_ == 0 && !is_update_skipped_; }
  std::span<const StopSending> stops() const { return std::span(stops_).first(stop_count_); }
  // Unidirectional streams that are named by RESET_STREAM.
  std::span<const std::int64_t> resets() const { return std::span(resets_).first(reset_count_); }
  // PATH_CHALLENGE, NEW_CONNECTION_ID, RETIRE_CONNECTION_ID, and STREAM frames with neither data nor end.
  std::size_t control_frames() const { return control_frames_; }

 private:
  class Reader;

  bool read_frame(Reader& in);
  bool read_stream(Reader& in, std::uint8_t type);
  bool read_stop_sending(Reader& in);
  bool read_reset(Reader& in);
  bool read_ack(Reader& in, bool has_ecn_counts);
  void add_ack_range(std::uint64_t smallest, std::uint64_t largest);

  std::array<StopSending, max_stops> stops_{};
  std::array<AckRange, max_ack_ranges> ack_ranges_{};
  std::size_t stop_count_ = 0;
  std::array<std::int64_t, max_resets> resets_{};
  std::size_t reset_count_ = 0;
  std::size_t ack_range_count_ = 0;
  std::size_t control_frames_ = 0;
  bool is_update_skipped_ = false;
};

}  // namespace usquic::transport
