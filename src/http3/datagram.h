// HTTP Datagrams in DATAGRAM frames (RFC 9297 section 2.1): which stream one is for, in front of its payload.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/varint.h"
#include "http3/connection_error.h"
#include "http3/settings.h"
#include "usquic/quic.h"

namespace usquic::http3 {

struct StreamDatagram {
  std::int64_t stream_id = -1;
  Bytes payload;
};

// Why none may be sent now, US_QUIC_E_*, or 0 (RFC 9297 section 2.1.1: not before both sides announced that they read
// them). peer: what its SETTINGS said; nullptr: they have not come.
inline int check_sending_datagrams(bool is_announced, const Settings* peer) {
  if (!is_announced) return US_QUIC_E_STATE;
  if (peer == nullptr) return US_QUIC_E_AGAIN;
  return peer->datagrams ? 0 : US_QUIC_E_UNSUPPORTED;
}

// Reads a DATAGRAM frame's data: views of it.
inline ConnectionError read_stream_datagram(Bytes data, StreamDatagram& datagram) {
  constexpr std::uint64_t largest_quarter_id = max_varint / 4;
  std::uint64_t quarter_id = 0;
  if (!take_varint(data, quarter_id) || quarter_id > largest_quarter_id)
    return ConnectionError::datagram_error;
  datagram = {static_cast<std::int64_t>(quarter_id * 4), data};
  return ConnectionError::none;
}

// What stands in front of the payload of a datagram for the stream with this ID.
class DatagramHead {
 public:
  explicit DatagramHead(std::int64_t stream_id)
      : size_(static_cast<std::size_t>(put_varint(static_cast<std::uint64_t>(stream_id) / 4, bytes_.data()) -
                                       bytes_.data())) {}
  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, max_varint_bytes> bytes_;
  std::size_t size_;
};

}  // namespace usquic::http3
