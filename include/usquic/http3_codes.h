/* Error codes of HTTP/3: what a stream is reset or stopped with, and a connection closed with. They arrive in
 * us_quic_close_info_t.code (with is_application set) and us_quic_stream_close_info_t.code, and go out with
 * us_quic_stream_reset, us_quic_stream_stop, us_quic_stream_close_with and us_quic_connection_close. */
#ifndef USQUIC_HTTP3_CODES_H
#define USQUIC_HTTP3_CODES_H

/* X(name, value, meaning): every code of RFC 9114, RFC 9204 and RFC 9297. A name without its "US_QUIC_" is the
 * name that the RFC gives. */
#define US_QUIC_HTTP3_CODE_TABLE(X)                                                             \
  /* RFC 9114 section 8.1 */                                                                    \
  X(US_QUIC_H3_NO_ERROR, 0x100, "there is no error to signal")                                  \
  X(US_QUIC_H3_GENERAL_PROTOCOL_ERROR, 0x101, "violation that no other code describes")         \
  X(US_QUIC_H3_INTERNAL_ERROR, 0x102, "failure inside the sender's HTTP stack")                 \
  X(US_QUIC_H3_STREAM_CREATION_ERROR, 0x103, "peer opened a stream that is not allowed")        \
  X(US_QUIC_H3_CLOSED_CRITICAL_STREAM, 0x104, "peer closed a stream that the connection needs") \
  X(US_QUIC_H3_FRAME_UNEXPECTED, 0x105, "frame is not allowed here")                            \
  X(US_QUIC_H3_FRAME_ERROR, 0x106, "frame is malformed or of the wrong size")                   \
  X(US_QUIC_H3_EXCESSIVE_LOAD, 0x107, "peer causes too much work")                              \
  X(US_QUIC_H3_ID_ERROR, 0x108, "stream ID or push ID is used wrongly")                         \
  X(US_QUIC_H3_SETTINGS_ERROR, 0x109, "SETTINGS frame has an error in its payload")             \
  X(US_QUIC_H3_MISSING_SETTINGS, 0x10a, "control stream does not begin with SETTINGS")          \
  X(US_QUIC_H3_REQUEST_REJECTED, 0x10b, "server did nothing with the request")                  \
  X(US_QUIC_H3_REQUEST_CANCELLED, 0x10c, "request or its response is no longer wanted")         \
  X(US_QUIC_H3_REQUEST_INCOMPLETE, 0x10d, "stream of a request ended before the request")       \
  X(US_QUIC_H3_MESSAGE_ERROR, 0x10e, "HTTP message is malformed")                               \
  X(US_QUIC_H3_CONNECT_ERROR, 0x10f, "connection of a CONNECT was reset or closed")             \
  X(US_QUIC_H3_VERSION_FALLBACK, 0x110, "request needs another version of HTTP")                \
  /* RFC 9204 section 6 */                                                                      \
  X(US_QUIC_QPACK_DECOMPRESSION_FAILED, 0x200, "field section cannot be decoded")               \
  X(US_QUIC_QPACK_ENCODER_STREAM_ERROR, 0x201, "instruction of the peer's encoder is wrong")    \
  X(US_QUIC_QPACK_DECODER_STREAM_ERROR, 0x202, "instruction of the peer's decoder is wrong")    \
  /* RFC 9297 section 2.1 */                                                                    \
  X(US_QUIC_H3_DATAGRAM_ERROR, 0x33, "datagram of HTTP is malformed")

enum us_quic_http3_code {
#define US_QUIC_HTTP3_CODE_ENUM(name, value, meaning) name = value,
  US_QUIC_HTTP3_CODE_TABLE(US_QUIC_HTTP3_CODE_ENUM)
#undef US_QUIC_HTTP3_CODE_ENUM
};

#endif
