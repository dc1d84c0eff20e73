#include "transport/frame_scan.h"

#include "base/varint.h"

namespace usquic::transport {

namespace {

// RFC 9000 section 19, RFC 9221 section 4.
enum Type : std::uint8_t {
  padding = 0x00,
  ping = 0x01,
  ack = 0x02,
  ack_ecn = 0x03,
  reset_stream = 0x04,
  stop_sending = 0x05,
  crypto = 0x06,
  new_token = 0x07,
  first_stream = 0x08,
  last_stream = 0x0f,
  max_data = 0x10,
  max_stream_data = 0x11,
  max_streams_bidi = 0x12,
  max_streams_uni = 0x13,
  data_blocked = 0x14,
  stream_data_blocked = 0x15,
  streams_blocked_bidi = 0x16,
  streams_blocked_uni = 0x17,
  new_connection_id = 0x18,
  retire_connection_id = 0x19,
  path_challenge = 0x1a,
  path_response = 0x1b,
  handshake_done = 0x1e,
  datagram_to_the_end = 0x30,
  datagram = 0x31,
};

constexpr std::uint64_t unidirectional = 0x02;  // of a stream ID (RFC 9000 section 2.1)

constexpr std::uint8_t stream_fin = 0x01;
constexpr std::uint8_t stream_length = 0x02;
constexpr std::uint8_t stream_offset = 0x04;

constexpr std::size_t path_data_bytes = 8;
constexpr std::size_t reset_token_bytes = 16;

}  // namespace

// Functions return false at the end of the packet.
class FrameScan::Reader {
 public:
  explicit Reader(Bytes bytes) : place_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::size_t left() const { return static_cast<std::size_t>(end_ - place_); }

  bool take(std::uint8_t& byte) {
    if (place_ == end_) return false;
    byte = *place_++;
    return true;
  }

  bool take_varint(std::uint64_t& value) {
    if (place_ == end_) return false;
    const std::size_t length = varint_length(*place_);
    if (left() < length) return false;
    value = decode_varint(place_, length);
    place_ += length;
    return true;
  }

  bool skip_varints(std::uint64_t count) {
    for (; count > 0; --count) {
      if (place_ == end_) return false;
      const std::size_t length = varint_length(*place_);
      if (left() < length) return false;
      place_ += length;
    }
    return true;
  }

  bool skip(std::uint64_t length) {
    if (left() < length) return false;
    place_ += length;
    return true;
  }

  // A length, and as many bytes.
  bool skip_field() {
    std::uint64_t length = 0;
    return take_varint(length) && skip(length);
  }

  void skip_padding() {
    while (place_ != end_ && *place_ == padding) ++place_;
  }

 private:
  const std::uint8_t* place_;
  const std::uint8_t* end_;
};

void FrameScan::read(Bytes payload) {
  Reader in(payload);
  while (read_frame(in)) {
  }
}

bool FrameScan::read_stream(Reader& in, std::uint8_t type) {
  std::uint64_t length = 0;
  if (!in.skip_varints((type & stream_offset) != 0 ? 2 : 1)) return false;
  const bool has_length = (type & stream_length) != 0;
  if (has_length && !in.take_varint(length)) return false;
  if (!has_length) length = in.left();
  if (length == 0 && (type & stream_fin) == 0) ++control_frames_;
  return in.skip(length);
}

bool FrameScan::read_stop_sending(Reader& in) {
  std::uint64_t id = 0;
  std::uint64_t code = 0;
  if (!in.take_varint(id) || !in.take_varint(code)) return false;
  if (stop_count_ < max_stops) stops_[stop_count_++] = {static_cast<std::int64_t>(id), code};
  return true;
}

bool FrameScan::read_reset(Reader& in) {
  std::uint64_t id = 0;
  if (!in.take_varint(id) || !in.skip_varints(2)) return false;
  if ((id & unidirectional) != 0 && reset_count_ < max_resets) {
    resets_[reset_count_++] = static_cast<std::int64_t>(id);
  }
  return true;
}

void FrameScan::add_ack_range(std::uint64_t smallest, std::uint64_t largest) {
  if (ack_range_count_ < max_ack_ranges) ack_ranges_[ack_range_count_++] = {smallest, largest};
}

// RFC 9000 section 19.3.
bool FrameScan::read_ack(Reader& in, bool has_ecn_counts) {
  std::uint64_t largest = 0;
  std::uint64_t more = 0;
  std::uint64_t length = 0;
  if (!in.take_varint(largest) || !in.skip_varints(1) || !in.take_varint(more)) return false;
  ack_range_count_ = 0;
  for (;;) {
    if (!in.take_varint(length) || length > largest) return false;
    const std::uint64_t smallest = largest - length;
    add_ack_range(smallest, largest);
    if (more-- == 0) break;
    std::uint64_t gap = 0;
    if (!in.take_varint(gap) || smallest < gap + 2) return false;
    largest = smallest - gap - 2;
  }
  return in.skip_varints(has_ecn_counts ? 3 : 0);
}

bool FrameScan::read_frame(Reader& in) {
  std::uint8_t type = 0;
  if (!in.take(type)) return false;
  if (type >= first_stream && type <= last_stream) return read_stream(in, type);
  switch (type) {
    case padding:
      in.skip_padding();
      return true;
    case ping:
    case handshake_done:
      return true;
    case ack:
    case ack_ecn:
      return read_ack(in, type == ack_ecn);
    case stop_sending:
      return read_stop_sending(in);
    case crypto:
      return in.skip_varints(1) && in.skip_field();
    case new_token:
    case datagram:
      return in.skip_field();
    case max_data:
    case max_streams_bidi:
    case max_streams_uni:
    case data_blocked:
    case streams_blocked_bidi:
    case streams_blocked_uni:
      return in.skip_varints(1);
    case max_stream_data:
    case stream_data_blocked:
      return in.skip_varints(2);
    case reset_stream:
      return read_reset(in);
    case new_connection_id: {
      std::uint8_t length = 0;
      ++control_frames_;
      return in.skip_varints(2) && in.take(length) && in.skip(length + reset_token_bytes);
    }
    case retire_connection_id:
      ++control_frames_;
      return in.skip_varints(1);
    case path_challenge:
      ++control_frames_;
      return in.skip(path_data_bytes);
    case path_response:
      return in.skip(path_data_bytes);
    default:
      // DATAGRAM to the end, CONNECTION_CLOSE, or not of this protocol: nothing of interest follows.
      return false;
  }
}

}  // namespace usquic::transport
