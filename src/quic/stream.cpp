#include "quic/stream.h"

#include <utility>

#include "base/ext.h"
#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/socket_context.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

us_quic_stream_t::~us_quic_stream_t() = default;

namespace usquic::quic {

namespace {

// Marks it closed and queues on_stream_close, with the engine's reason when that came before.
void mark_closed(us_quic_stream_t& s, us_quic_stream_close_info_t info) {
  const bool is_close_held = s.life.has_ended() && !s.held.empty();
  s.life.close();
  s.held.clear();
  s.prepared.drop();
  s.unlink();
  s.connection->closing_streams.push_back(&s);
  if (s.life.has_ended() && !is_close_held) return;
  s.close_info = info;
  s.life.queue_end();
  s.connection->context->quic->events.push_close(s);
}

// By the application, while there is a connection; or until it has answered a CONNECT.
bool is_held_back(const us_quic_stream_t& s) {
  const bool is_paused = s.is_paused && !is_gone(*s.connection);
  const bool awaits_answer = s.own_session != nullptr && s.own_session->awaits_answer();
  return (is_paused || awaits_answer) && !s.is_read_stopped;
}

}  // namespace

us_quic_stream_t* new_stream(us_quic_connection_t& connection, unsigned ext_size) {
  auto* stream = new_with_ext<us_quic_stream_t>(connection.context->quic->pool, ext_size, &connection);
  if (stream == nullptr) return nullptr;
  connection.streams.push_back(stream);
  ++connection.stream_count;
  return stream;
}

void discard_stream(us_quic_stream_t& s) {
  --s.connection->stream_count;
  delete_pooled_with_ext(&s);
}

std::span<const us_quic_header_t> headers_of(const us_quic_stream_t& s) {
  if (s.headers != nullptr) return s.headers->fields();
  if (s.engine != nullptr) return s.engine->headers();
  return {};
}

void keep_after_engine(us_quic_stream_t& s) {
  if (s.engine == nullptr) return;
  s.id = s.engine->id();
  const std::span<const us_quic_header_t> fields = s.engine->headers();
  if (!s.life.is_final() && s.headers == nullptr && !fields.empty()) {
    // Without memory they are gone: who wanted them has read them.
    s.headers = try_allocating([&] { return std::make_unique<http::HeaderSection>(fields); },
                               std::unique_ptr<http::HeaderSection>());
  }
  s.engine = nullptr;
}

std::uint64_t cancel_code(const us_quic_stream_t& s) {
  if (s.membership != nullptr) return us_quic_webtransport_to_http3_code(0);
  return is_http3(*s.connection) ? std::uint64_t{US_QUIC_H3_REQUEST_CANCELLED} : 0;
}

void close_stream(us_quic_stream_t& s, std::uint64_t code) {
  if (s.life.is_closed()) return;
  if (s.engine != nullptr) {
    s.engine->reset(code);
    s.engine->stop(code);
  }
  if (s.own_session != nullptr) s.own_session->end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
  mark_closed(s, {US_QUIC_E_CLOSED, code});
}

void close_stream_after_flush(us_quic_stream_t& s, std::uint64_t code) {
  if (s.life.is_closed()) return;
  s.is_reset_when_swept = true;
  mark_closed(s, {US_QUIC_E_CLOSED, code});
}

void close_stream_with_connection(us_quic_stream_t& s) {
  if (!s.life.is_closed()) mark_closed(s, {US_QUIC_E_CLOSED, 0});
}

void end_stream_with_connection(us_quic_stream_t& s) {
  release_held(s);
  if (s.queued == 0) return close_stream_with_connection(s);
  if (s.life.has_ended()) return;
  s.close_info = {US_QUIC_E_CLOSED, 0};
  s.life.queue_end();
  s.prepared.drop();
  s.connection->context->quic->events.push_close(s);
}

void fail_stream(us_quic_stream_t& s, int reason, std::uint64_t code) {
  if (!s.life.is_closed()) mark_closed(s, {reason, code});
}

void hold(us_quic_stream_t& s, EventPointer event) {
  const std::size_t length = event->bytes.size();
  s.held.push_back(std::move(event));
  held_for_session(s, length);
}

void hold_data(us_quic_stream_t& s, Bytes data) {
  if (s.held.empty() || s.held.back()->kind != EventKind::stream_data) {
    s.held.push_back(new_stream_event(s, EventKind::stream_data));
  }
  std::vector<std::uint8_t>& bytes = s.held.back()->bytes;
  bytes.insert(bytes.end(), data.begin(), data.end());
  held_for_session(s, data.size());
}

bool must_hold(const us_quic_stream_t& s, EventKind kind) {
  if (s.life.is_closed()) return false;
  if (awaits_session(s)) {
    const bool is_good_end = !s.held.empty() && s.close_info.reason == US_QUIC_OK;
    return kind != EventKind::stream_close || is_good_end;
  }
  if (!is_held_back(s)) return false;
  switch (kind) {
    case EventKind::stream_data:
    case EventKind::stream_end:
      return true;
    case EventKind::stream_headers:  // trailers come after the body
      return !s.held.empty();
    case EventKind::
        stream_close:  // and a good end after everything, or the connection's; a bad one is told at once
      return !s.held.empty() &&
             (s.close_info.reason == US_QUIC_OK || s.close_info.reason == US_QUIC_E_CLOSED);
    default:
      return false;
  }
}

void resume_stream(us_quic_stream_t& s) {
  s.is_paused = false;
  release_held(s);
}

void release_held(us_quic_stream_t& s) {
  if (awaits_session(s) || is_held_back(s)) return;
  s.connection->context->quic->events.push_held(s.held);
}

}  // namespace usquic::quic
