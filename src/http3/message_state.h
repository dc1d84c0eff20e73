// The HTTP/3 part of one request stream: what is sent on it, as frames, and where reading it stands.
//
// Frames are made when the application sends, whether the stream is open or not, and lie in `output` until the
// transport takes them, which needs to know nothing about frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/block_pool.h"
#include "base/bytes.h"
#include "base/list.h"
#include "base/result.h"
#include "engine/engine.h"
#include "http/field_rules.h"
#include "http3/receive_state.h"
#include "transport/send_buffer.h"
#include "usquic/quic.h"

namespace usquic::http3 {

class Codec;
class SectionFrame;
using engine::PreparedResponse;
struct ExpectedTag;

// A member of the engine's stream. The codec knows it from Codec::open_request() or
// Codec::Events::http3_request_stream() until Codec::stream_closed() or its own end, whichever comes first.
class MessageState : private ListHook<ExpectedTag> {
 public:
  enum class Sent : std::uint8_t { nothing, message, trailers };

  MessageState(void* stream_owner, BlockPool& pool) : owner(stream_owner), output(pool) {}
  ~MessageState();
  MessageState(const MessageState&) = delete;
  MessageState& operator=(const MessageState&) = delete;

  void* const owner;             // the engine's stream
  transport::SendBuffer output;  // frames (of a raw stream: bytes as the application wrote them)
  bool fin = false;              // the stream ends after `output`

  // Of what will be freed with it.
  void prefetch_parts() const;

  // The latest header section received.
  std::span<const us_quic_header_t> headers() const;
  // A header section came, or the first of one.
  bool has_answer() const { return receive_.latest || receive_.pending; }

  // A header section came that is over the limit.
  bool is_oversized() const { return receive_.is_oversized; }

  // A request that asks for a session of WebTransport came.
  bool is_session_request() const { return is_session_request_; }

  // What was sent and received is CONNECT and its 2xx: from here on both sides send what they want.
  bool is_tunnel() const { return receive_.is_connect; }

  // The stream is one of a session's: what is written on it is no message, and goes out as it is behind `head`. false:
  // memory is used up.
  bool begin_session_stream(Bytes head);

  Sent sent() const { return sent_; }
  // Bytes of body that were accepted and are in no packet yet, with the heads of frames that stand between them.
  std::size_t unsent() const;

  // Adds frames to `output`. The caller sees to the order of a message's parts (RFC 9114 section 4.1).
  // On an error nothing is added: US_QUIC_E_NOMEM, or US_QUIC_E_HEADERS for a section that is not allowed
  // (sections 4.2 and 4.3).
  Result<void> send_section(http::SectionKind kind, std::span<const us_quic_header_t> fields);
  Result<void> send_response(std::span<const us_quic_header_t> fields, Bytes content);
  // false: memory is used up. release: as for SendBuffer::append_static(), but that of a prepared response may
  // run inside the call.
  bool send_prepared(const PreparedResponse& response, void (*release)(void* user), void* user);
  bool write(Bytes data);
  bool write_static(Bytes data, void (*release)(void* user), void* user);

  // Nothing more is sent: the stream was reset or stopped. Drops `output`.
  void close_writing();

 private:
  Result<void> send_likely_again(std::span<const us_quic_header_t> fields, Bytes content);
  Result<void> append_response(SectionFrame& frame, Bytes content);
  bool send_by_table(const PreparedResponse& response, void (*release)(void* user), void* user);

  friend class List<MessageState, ExpectedTag>;
  friend class Codec;
  friend class RequestReader;

  Codec* codec_ = nullptr;  // while it is known there
  std::int64_t id_ = -1;
  std::uint64_t body_accepted_ = 0;
  Sent sent_ = Sent::nothing;
  bool is_write_closed_ = false;
  bool is_framed_ = true;             // what is written goes into DATA frames
  bool is_session_request_ = false;   // the request received asks for one
  bool has_priority_update_ = false;  // which counts more than the request's field (RFC 9218 section 7)
  bool is_close_pending_ = false;     // stream_closed() returned false
  ReceiveState receive_;
};

}  // namespace usquic::http3
