// A stream: its handle; all state of a request hangs off it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "http/header_section.h"
#include "quic/connect/pending_stream.h"
#include "quic/event.h"
#include "quic/handle_life.h"
#include "quic/prepared_response.h"
#include "quic/session.h"
#include "usquic/quic.h"

struct us_quic_stream_t : usquic::ListHook<us_quic_stream_t> {
  explicit us_quic_stream_t(us_quic_connection_t* parent) : connection(parent) {}
  ~us_quic_stream_t();

  us_quic_connection_t* const connection;
  usquic::engine::Stream* engine = nullptr;
  std::unique_ptr<usquic::quic::PendingStream> pending;  // what engine points to before there is a real one
  std::unique_ptr<usquic::http::HeaderSection> headers;  // when the engine no longer has the section
  usquic::quic::EventList held;                          // what came while it was paused
  usquic::quic::PreparedBody prepared;                   // being sent
  std::unique_ptr<usquic::quic::Session> own_session;    // of a CONNECT stream of WebTransport
  std::unique_ptr<usquic::quic::SessionMember> membership;  // of a stream of a session
  us_quic_stream_close_info_t close_info{};
  std::int64_t id = -1;  // the engine's, once it is gone
  unsigned queued = 0;   // events about it in the loop's queue

  bool is_local = false;
  bool is_unidirectional = false;
  bool is_early = false;
  bool is_announced = false;  // the application has the handle
  usquic::quic::HandleLife life;
  bool is_paused = false;
  bool is_read_stopped = false;
  bool is_reset_when_swept = false;  // with the code of close_info, in place of at once
};

namespace usquic::quic {

us_quic_stream_t* new_stream(us_quic_connection_t& connection, unsigned ext_size);
// One that nobody has seen.
void discard_stream(us_quic_stream_t& stream);
std::span<const us_quic_header_t> headers_of(const us_quic_stream_t& stream);
// The engine's stream is about to vanish: keep what may still be asked.
void keep_after_engine(us_quic_stream_t& stream);
// Closed by this side: marks, tells the engine (unless the connection goes as a whole), queues
// on_stream_close.
void close_stream(us_quic_stream_t& stream, std::uint64_t code);
// The same, but the peer is told after what the connection has to send in this iteration.
void close_stream_after_flush(us_quic_stream_t& stream, std::uint64_t code);
void close_stream_with_connection(us_quic_stream_t& stream);
// The same after what came before, also of a stream that is paused: its connection ended by itself.
void end_stream_with_connection(us_quic_stream_t& stream);
// It ended with `reason`, without the engine: before that had it, or as its end cannot be queued.
void fail_stream(us_quic_stream_t& stream, int reason, std::uint64_t code = 0);
// H3_REQUEST_CANCELLED (RFC 9114 section 8.1) or 0 on raw streams.
std::uint64_t cancel_code(const us_quic_stream_t& stream);

// The receive side while the application paused it.
void hold(us_quic_stream_t& stream, EventPointer event);
void hold_data(us_quic_stream_t& stream, Bytes data);
bool must_hold(const us_quic_stream_t& stream, EventKind kind);
void resume_stream(us_quic_stream_t& stream);
// What is held is told, unless there is another reason to hold it.
void release_held(us_quic_stream_t& stream);

}  // namespace usquic::quic
