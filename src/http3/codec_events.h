// What the HTTP/3 codec is told when it is made, and what it tells the transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "http/priority.h"
#include "usquic/quic_options.h"

namespace usquic::http3 {

class MessageState;

struct CodecOptions {
  bool is_server = false;
  std::size_t max_header_list_size = 0;
  bool extended_connect = true;  // SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 9220), servers only
  // QPACK (RFC 9204): bytes of the dynamic table that the peer's encoder may fill, sections that may wait for its
  // instructions, and bytes of the table that this side fills where the peer allows it.
  std::size_t qpack_table_capacity = 4096;
  std::size_t qpack_blocked_streams = 100;
  std::size_t qpack_encoder_table_capacity = 4096;
  std::span<const us_quic_setting_t> added_settings;  // see may_be_added()
  // SETTINGS_H3_DATAGRAM (RFC 9297 section 2.1.1): datagrams are read, and may be sent to a peer that reads them too.
  bool datagrams = false;
  bool peer_takes_datagram_frames = false;  // the transport parameter says so (RFC 9221 section 3)
  std::size_t webtransport_sessions = 0;    // 0: streams of sessions are not known
};

// Events for the transport and, through it, the application. Called from inside Codec::read() alone, but for
// http3_consumed(), which peer_reset(), stream_closed() and the end of a MessageState cause too, and
// http3_closed(), which peer_reset() does. From inside them a MessageState's sending functions and peer_reset()
// may be called, but not read() and not stream_closed().
class CodecEvents {
 public:
  // The first byte of a peer's request came: make a stream (server), return its MessageState.
  // nullptr = refuse.
  virtual MessageState* http3_request_stream(std::int64_t id) = 0;
  virtual void http3_headers(MessageState& s, int kind, bool end_stream) = 0;
  virtual void http3_body(MessageState& s, Bytes data) = 0;
  virtual void http3_end(MessageState& s) = 0;
  // From inside Codec::read_datagram().
  virtual void http3_datagram(MessageState&, Bytes) {}
  // One that came for no stream that takes it.
  virtual void http3_datagram_dropped() {}
  // The peer's SETTINGS came.
  virtual void http3_settings() {}
  // WebTransport: the peer opened a stream of the session with this CONNECT stream; `data`, and what follows, are the
  // application's, and go past the codec. false: it is not wanted, and was refused.
  virtual bool http3_session_stream(std::int64_t /*id*/, std::int64_t /*session_id*/, Bytes /*data*/,
                                    bool /*fin*/) {
    return false;
  }
  // Send RESET_STREAM / STOP_SENDING on this stream. A stream error (a malformed message, for one) comes as
  // both, and no other event follows for the stream.
  virtual void http3_reset_stream(std::int64_t id, std::uint64_t code) = 0;
  virtual void http3_stop_sending(std::int64_t id, std::uint64_t code) = 0;
  // Bytes that the framing used itself (headers, frame overhead, critical streams) or dropped: give credit
  // for them. Bytes that http3_body() delivered are the application's to give back.
  virtual void http3_consumed(std::int64_t id, std::size_t length) = 0;
  // GOAWAY came: requests with this id or above were not processed (client); a server gets it too.
  virtual void http3_goaway(std::int64_t first_unprocessed_id) = 0;
  // A stream for which stream_closed() returned false is over now, after its last events: as if it
  // had returned true.
  virtual void http3_closed(MessageState&) {}
  // The peer said how urgent the response is (RFC 9218).
  virtual void http3_priority(MessageState&, http::Priority) {}
  // The codec itself answered: there is something in its output, and `fin` is set.
  virtual void http3_answered(MessageState&) {}

 protected:
  ~CodecEvents() = default;
};

}  // namespace usquic::http3
