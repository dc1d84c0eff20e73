#include "quic/connection.h"

#include <utility>

#include "base/ext.h"
#include "quic/context.h"
#include "quic/tell.h"

us_quic_connection_t::us_quic_connection_t(us_quic_socket_t* parent, bool client)
    : socket(parent), context(parent->context), is_client(client), is_announced(client) {
  peer_ctx.socket = parent;
}

us_quic_connection_t::~us_quic_connection_t() = default;

namespace usquic::quic {

namespace {

constexpr std::uint64_t h3_no_error = 0x100;  // RFC 9114 section 8.1

void queue_close(us_quic_connection_t& c, CloseReason reason) {
  if (c.is_close_queued) return;
  c.close_reason = std::move(reason);
  c.is_close_queued = true;
  c.context->quic->events.push({.kind = EventKind::close, .connection = &c});
  loop::note_work(c.context->quic->loop());
}

// Moves one stream that was made early onto the real connection. Returns 0 or why it cannot be.
int attach_stream(us_quic_stream_t& s, engine::Connection& engine) {
  PendingStream& pending = *s.pending;
  Result<engine::Stream*> made = engine.create_stream(pending.direction(), &s);
  if (!made) return made.error();
  s.engine = *made;
  const int result = pending.replay(**made);
  if (result == 0 && pending.was_short()) {
    s.connection->context->quic->events.push(
        {.kind = EventKind::stream_writable, .connection = s.connection, .stream = &s});
  }
  return result;
}

}  // namespace

CloseReason CloseReason::copy(const us_quic_close_info_t& from) {
  CloseReason made;
  made.info = from;
  if (from.reason != nullptr) made.text.assign(from.reason, from.reason_length);
  return made;
}

CloseReason CloseReason::local(int error, std::uint64_t code, std::string_view text) {
  CloseReason made;
  made.info.error = error;
  made.info.code = code;
  made.text = text;
  return made;
}

us_quic_close_info_t CloseReason::view() const {
  us_quic_close_info_t viewed = info;
  viewed.reason = text.c_str();
  viewed.reason_length = text.size();
  return viewed;
}

us_quic_connection_t* new_connection(us_quic_socket_t& socket, bool is_client, unsigned ext_size) {
  auto* connection = new_with_ext<us_quic_connection_t>(ext_size, &socket, is_client);
  if (connection == nullptr) return nullptr;
  socket.connections.push_back(connection);
  ++socket.connection_count;
  return connection;
}

bool is_http3(const us_quic_connection_t& c) {
  return c.alpn.empty() ? c.context->is_http3_only : c.alpn == "h3";
}

void sync_path(us_quic_connection_t& c) {
  if (c.engine == nullptr) return;
  c.peer_ctx.local = c.engine->path().local;
  c.peer_ctx.remote = c.engine->path().remote;
}

void attach_engine(us_quic_connection_t& c, engine::Connection& engine) {
  const std::unique_ptr<Connector> done = std::move(c.connector);
  c.engine = &engine;
  sync_path(c);
  us_quic_stream_t* next = nullptr;
  for (us_quic_stream_t* s = c.streams.front(); s != nullptr; s = next) {
    next = c.streams.next(s);
    if (s->pending == nullptr) continue;
    s->engine = nullptr;
    const int error = attach_stream(*s, engine);
    if (error != 0) {
      if (s->engine != nullptr) {
        s->engine->reset(cancel_code(*s));
        s->engine->stop(cancel_code(*s));
      }
      fail_stream(*s, error);
    }
  }
  if (c.is_shutdown_wanted) engine.shutdown();
}

void keep_last_words(us_quic_connection_t& c) {
  sync_path(c);
  auto kept = std::make_unique<LastWords>();
  c.engine->stats(kept->stats);
  const Bytes certificate = c.engine->peer_certificate();
  const Bytes id = c.engine->id();
  kept->certificate.assign(certificate.begin(), certificate.end());
  kept->id.assign(id.begin(), id.end());
  kept->is_authorized = c.engine->is_authorized();
  kept->is_resumed = c.engine->is_resumed();
  c.last_words = std::move(kept);
}

void close_connection(us_quic_connection_t& c, std::uint64_t code, std::string_view reason) {
  if (c.is_closed) return;
  c.is_closed = true;
  while (us_quic_stream_t* s = c.streams.front()) close_stream_with_connection(*s);
  c.connector.reset();
  if (c.engine != nullptr) c.engine->close(code, reason);
  c.unlink();
  c.socket->closing_connections.push_back(&c);
  const bool is_good = code == 0 || (is_http3(c) && code == h3_no_error);
  CloseReason told = CloseReason::local(is_good ? US_QUIC_OK : US_QUIC_E_APPLICATION, code, reason);
  told.info.is_application = 1;
  queue_close(c, std::move(told));
}

void close_connection_without_error(us_quic_connection_t& c) {
  close_connection(c, is_http3(c) ? h3_no_error : 0, {});
}

void end_connection(us_quic_connection_t& c, CloseReason reason) {
  c.connector.reset();
  // Streams that the engine does not know, or told an end of that is held back.
  while (us_quic_stream_t* s = c.streams.front()) close_stream_with_connection(*s);
  if (may_tell_now(c) && !c.is_close_queued) {
    c.close_reason = std::move(reason);
    c.is_close_queued = true;
    return tell_close(c);
  }
  queue_close(c, std::move(reason));
}

}  // namespace usquic::quic
