// What ngtcp2 1.11 tells of no received frame: STOP_SENDING, and frames that cost us more than their sender;
// and what it must be prepared for (early_resets.h).
// Read from the plaintext of 1-RTT packets when they are decrypted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace usquic::engine::ngtcp2 {

class FrameScan {
 public:
  struct StopSending {
    std::int64_t stream = 0;
    std::uint64_t code = 0;
  };
  // Of a datagram. What is more is met at the next write to its stream.
  static constexpr std::size_t most_stops = 16;
  // More than a packet of 1,500 bytes can carry.
  static constexpr std::size_t most_resets = 512;

  void clear() { stop_count_ = reset_count_ = control_frames_ = 0; }
  // The frames of a packet (RFC 9000 section 19, RFC 9221 section 4). Ends at the first that is not
  // well-formed: ngtcp2 closes the connection for that.
  void read(Bytes payload);

  bool is_empty() const { return stop_count_ == 0 && control_frames_ == 0; }
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

  std::array<StopSending, most_stops> stops_{};
  std::size_t stop_count_ = 0;
  std::array<std::int64_t, most_resets> resets_{};
  std::size_t reset_count_ = 0;
  std::size_t control_frames_ = 0;
};

}  // namespace usquic::engine::ngtcp2
