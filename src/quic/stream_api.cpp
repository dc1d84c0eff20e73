// us_quic_stream_*.
#include "base/ext.h"
#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/webtransport.h"

namespace {

using usquic::try_allocating;

using usquic::quic::is_written_by_session;

constexpr int no_memory = US_QUIC_E_NOMEM;

// The engine's stream for a call that sends, or nullptr: closed. The loop will flush it.
usquic::engine::Stream* writable_engine(us_quic_stream_t* s) {
  if (s->life.is_closed() || s->engine == nullptr) return nullptr;
  usquic::loop::note_work(s->connection->context->quic->loop());
  return s->engine;
}

}  // namespace

void* us_quic_stream_ext(us_quic_stream_t* s) {
  return usquic::ext_of(s);
}

us_quic_connection_t* us_quic_stream_connection(us_quic_stream_t* s) {
  return s->connection;
}

us_quic_socket_t* us_quic_stream_socket(us_quic_stream_t* s) {
  return s->connection->socket;
}

us_quic_socket_context_t* us_quic_stream_context(us_quic_stream_t* s) {
  return s->connection->context;
}

int64_t us_quic_stream_id(us_quic_stream_t* s) {
  return s->engine != nullptr ? s->engine->id() : s->id;
}

int us_quic_stream_is_client(us_quic_stream_t* s) {
  return s->is_local ? 1 : 0;
}

int us_quic_stream_is_unidirectional(us_quic_stream_t* s) {
  return s->is_unidirectional ? 1 : 0;
}

int us_quic_stream_is_closed(us_quic_stream_t* s) {
  return s->life.is_closed() ? 1 : 0;
}

int us_quic_stream_is_early(us_quic_stream_t* s) {
  return s->is_early ? 1 : 0;
}

int us_quic_stream_send_headers(us_quic_stream_t* s, const us_quic_header_t* headers, size_t count,
                                int end_stream) {
  if (headers == nullptr && count > 0) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (const int error = usquic::quic::check_answer(*s, {headers, count})) return error;
  const int result = try_allocating(
      [&] {
        return engine->send_headers({headers, count}, end_stream != 0);
      },
      no_memory);
  if (result == 0) usquic::quic::note_answer(*s, {headers, count});
  return result;
}

int us_quic_stream_send_response(us_quic_stream_t* s, const us_quic_header_t* headers, size_t count,
                                 const void* body, size_t length) {
  if ((headers == nullptr && count > 0) || (body == nullptr && length > 0)) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (const int error = usquic::quic::check_answer(*s, {headers, count})) return error;
  const int result = try_allocating(
      [&] {
        return engine->send_response({headers, count}, usquic::as_bytes(body, length));
      },
      no_memory);
  if (result == 0) usquic::quic::note_answer(*s, {headers, count});
  return result;
}

size_t us_quic_stream_header_count(us_quic_stream_t* s) {
  return usquic::quic::headers_of(*s).size();
}

const us_quic_header_t* us_quic_stream_header(us_quic_stream_t* s, size_t index) {
  const std::span<const us_quic_header_t> fields = usquic::quic::headers_of(*s);
  return index < fields.size() ? &fields[index] : nullptr;
}

const us_quic_header_t* us_quic_stream_headers(us_quic_stream_t* s, size_t* count) {
  const std::span<const us_quic_header_t> fields = usquic::quic::headers_of(*s);
  *count = fields.size();
  return fields.data();
}

ptrdiff_t us_quic_stream_write(us_quic_stream_t* s, const void* data, size_t length) {
  if (data == nullptr && length > 0) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (s->prepared.is_sending() || is_written_by_session(*s)) return US_QUIC_E_STATE;
  return try_allocating([&] { return engine->write(usquic::as_bytes(data, length)); }, ptrdiff_t{no_memory});
}

ptrdiff_t us_quic_stream_write_static(us_quic_stream_t* s, const void* data, size_t length,
                                      void (*release)(void* user), void* user) {
  if (data == nullptr && length > 0) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (s->prepared.is_sending() || is_written_by_session(*s)) return US_QUIC_E_STATE;
  return try_allocating([&] { return engine->write_static(usquic::as_bytes(data, length), release, user); },
                        ptrdiff_t{no_memory});
}

int us_quic_stream_send_datagram(us_quic_stream_t* s, const void* data, size_t length) {
  if (data == nullptr && length > 0) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (s->own_session != nullptr) {
    if (!s->own_session->is_open()) return US_QUIC_E_STATE;
    if (length == 0) return US_QUIC_E_INVALID;
  }
  return try_allocating([&] { return engine->send_datagram(usquic::as_bytes(data, length)); }, no_memory);
}

size_t us_quic_stream_max_datagram_size(us_quic_stream_t* s) {
  if (s->life.is_closed() || s->engine == nullptr) return 0;
  if (s->own_session != nullptr && !s->own_session->is_open()) return 0;
  return s->engine->max_datagram_bytes();
}

size_t us_quic_stream_buffered(us_quic_stream_t* s) {
  return s->engine != nullptr && !s->life.is_closed() ? s->engine->buffered() : 0;
}

int us_quic_stream_shutdown(us_quic_stream_t* s) {
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  if (s->prepared.is_sending()) return US_QUIC_E_STATE;  // FIN follows its last byte anyway
  const bool closes_session =
      s->own_session != nullptr && !s->own_session->is_over() && (s->is_local || s->own_session->is_open());
  if (closes_session) return us_quic_webtransport_close(s, 0, nullptr, 0);
  return engine->finish();
}

int us_quic_stream_reset(us_quic_stream_t* s, uint64_t code) {
  usquic::engine::Stream* engine = writable_engine(s);
  if (engine == nullptr) return US_QUIC_E_CLOSED;
  s->prepared.drop();
  return engine->reset(code);
}

int us_quic_stream_stop(us_quic_stream_t* s, uint64_t code) {
  if (s->life.is_closed()) return US_QUIC_E_CLOSED;
  usquic::engine::Stream* engine = writable_engine(s);
  const int result = engine != nullptr ? engine->stop(code) : 0;
  if (result != 0) return result;
  s->is_read_stopped = true;
  // What was held back is not wanted, but the stream's end behind it is.
  usquic::quic::resume_stream(*s);
  return 0;
}

void us_quic_stream_close(us_quic_stream_t* s) {
  us_quic_stream_close_with(s, usquic::quic::cancel_code(*s));
}

void us_quic_stream_close_with(us_quic_stream_t* s, uint64_t code) {
  usquic::quic::close_stream(*s, code);
  usquic::loop::note_work(s->connection->context->quic->loop());
}

void us_quic_stream_pause(us_quic_stream_t* s) {
  if (!s->life.is_closed() && !s->is_read_stopped) s->is_paused = true;
}

void us_quic_stream_resume(us_quic_stream_t* s) {
  if (s->life.is_closed()) return;
  usquic::quic::resume_stream(*s);
  usquic::loop::note_work(s->connection->context->quic->loop());
}

int us_quic_stream_set_priority(us_quic_stream_t* s, int urgency, int incremental) {
  if (urgency < 0 || urgency > 7) return US_QUIC_E_INVALID;
  usquic::engine::Stream* engine = writable_engine(s);
  return engine != nullptr ? engine->set_priority(urgency, incremental != 0) : US_QUIC_E_CLOSED;
}
