// Why an HTTP/3 connection must end.
#pragma once

#include <cstdint>

#include "http3/qpack/qpack_error.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

// The values are the error codes that CONNECTION_CLOSE carries (RFC 9114 section 8.1, RFC 9204 section 6, RFC
// 9297 section 2.1), but for the first two.
// It does not know an attribute here.
// clang-format off
enum class [[nodiscard]] ConnectionError : std::uint16_t {
  none = 0,
  out_of_memory = 1,  // INTERNAL_ERROR of the transport to the peer
  general_protocol_error = US_QUIC_H3_GENERAL_PROTOCOL_ERROR,
  stream_creation_error = US_QUIC_H3_STREAM_CREATION_ERROR,
  closed_critical_stream = US_QUIC_H3_CLOSED_CRITICAL_STREAM,
  frame_unexpected = US_QUIC_H3_FRAME_UNEXPECTED,
  frame_error = US_QUIC_H3_FRAME_ERROR,
  excessive_load = US_QUIC_H3_EXCESSIVE_LOAD,
  id_error = US_QUIC_H3_ID_ERROR,
  settings_error = US_QUIC_H3_SETTINGS_ERROR,
  missing_settings = US_QUIC_H3_MISSING_SETTINGS,
  datagram_error = US_QUIC_H3_DATAGRAM_ERROR,
  qpack_decompression_failed = US_QUIC_QPACK_DECOMPRESSION_FAILED,
  qpack_encoder_stream_error = US_QUIC_QPACK_ENCODER_STREAM_ERROR,
  qpack_decoder_stream_error = US_QUIC_QPACK_DECODER_STREAM_ERROR,
};
// clang-format on

constexpr ConnectionError connection_error(qpack::QpackError error) {
  switch (error) {
    case qpack::QpackError::decompression_failed:
      return ConnectionError::qpack_decompression_failed;
    case qpack::QpackError::encoder_stream:
      return ConnectionError::qpack_encoder_stream_error;
    case qpack::QpackError::decoder_stream:
      return ConnectionError::qpack_decoder_stream_error;
    case qpack::QpackError::excessive_load:
      return ConnectionError::excessive_load;
    case qpack::QpackError::no_memory:
      break;
  }
  return ConnectionError::out_of_memory;
}

}  // namespace usquic::http3
