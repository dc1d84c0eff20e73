#include "quic/connection.h"

#include <utility>

#include "base/ext.h"
#include "base/try_allocating.h"
#include "quic/dispatch.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "usquic/http3_codes.h"

us_quic_connection_t::us_quic_connection_t(us_quic_socket_t* parent, bool client)
    : socket(parent), context(parent->context), is_client(client), is_announced(client) {
  peer_ctx.socket = parent;
}

us_quic_connection_t::~us_quic_connection_t() = default;

namespace usquic::quic {

namespace {

void queue_close(us_quic_connection_t& c, CloseReason reason) {
  if (c.life.has_ended()) return;
  c.close_reason = std::move(reason);
  c.life.queue_end();
  c.context->quic->events.push_close(c);
  loop::note_work(c.context->quic->loop());
}

// Moves one stream that was made early onto the real connection. May throw std::bad_alloc.
Result<void> attach_stream(us_quic_stream_t& s, engine::Connection& engine) {
  PendingStream& pending = *s.pending;
  Result<engine::Stream*> made = engine.create_stream(pending.direction(), &s);
  if (!made) return Error{made.error()};
  s.engine = *made;
  const Result<void> replayed = pending.replay(**made);
  if (replayed && pending.was_short()) {
    s.connection->context->quic->events.push(new_stream_event(s, EventKind::stream_writable));
  }
  return replayed;
}

// Of a connection that this side closes: why it fails, if it does already.
CloseReason reason_to_tell(const us_quic_connection_t& c, std::uint64_t code, std::string_view reason) {
  if (const auto failure = c.engine != nullptr ? c.engine->failure() : std::nullopt) {
    return CloseReason::copy(*failure);
  }
  const bool is_good = code == 0 || (is_http3(c) && code == US_QUIC_H3_NO_ERROR);
  CloseReason told = CloseReason::local(is_good ? US_QUIC_OK : US_QUIC_E_APPLICATION, code, reason);
  told.info.is_application = 1;
  return told;
}

std::unique_ptr<FinalState> final_state_of(const engine::Connection& engine) {
  auto kept = std::make_unique<FinalState>();
  engine.stats(kept->stats);
  const Bytes certificate = engine.peer_certificate();
  const Bytes id = engine.id();
  kept->certificate.assign(certificate.begin(), certificate.end());
  kept->id.assign(id.begin(), id.end());
  kept->is_authorized = engine.is_authorized();
  kept->is_resumed = engine.is_resumed();
  kept->tls_parameters = engine.tls_parameters();
  return kept;
}

}  // namespace

us_quic_connection_t* new_connection(us_quic_socket_t& socket, bool is_client, unsigned ext_size) {
  auto* connection = new_with_ext<us_quic_connection_t>(ext_size, &socket, is_client);
  if (connection == nullptr) return nullptr;
  socket.connections.push_back(connection);
  ++socket.connection_count;
  return connection;
}

void discard_connection(us_quic_connection_t& c) {
  --c.socket->connection_count;
  delete_with_ext(&c);
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
  const std::unique_ptr<ConnectionSetup> done = std::move(c.setup);
  c.engine = &engine;
  sync_path(c);
  us_quic_stream_t* next = nullptr;
  for (us_quic_stream_t* s = c.streams.front(); s != nullptr; s = next) {
    next = c.streams.next(s);
    if (s->pending == nullptr) continue;
    s->engine = nullptr;
    const Result<void> attached =
        try_allocating([&] { return attach_stream(*s, engine); }, Result<void>(Error{US_QUIC_E_NOMEM}));
    if (!attached) {
      if (s->engine != nullptr) {
        s->engine->reset(cancel_code(*s));
        s->engine->stop(cancel_code(*s));
      }
      fail_stream(*s, attached.error());
    }
  }
  if (c.keep_alive) engine.set_keep_alive(*c.keep_alive);
  if (c.is_shutdown_wanted) engine.shutdown();
}

bool is_gone(const us_quic_connection_t& c) {
  return c.engine == nullptr && c.setup == nullptr;
}

void keep_final_state(us_quic_connection_t& c) {
  sync_path(c);
  c.final_state = try_allocating([&] { return final_state_of(*c.engine); }, std::unique_ptr<FinalState>());
}

void close_connection(us_quic_connection_t& c, std::uint64_t code, std::string_view reason) {
  if (c.life.is_closed()) return;
  c.life.close();
  while (us_quic_stream_t* s = c.streams.front()) close_stream_with_connection(*s);
  c.setup.reset();
  CloseReason told = reason_to_tell(c, code, reason);
  if (c.engine != nullptr) c.engine->close(code, reason);
  c.unlink();
  c.socket->closing_connections.push_back(&c);
  queue_close(c, std::move(told));
}

void close_connection_without_error(us_quic_connection_t& c) {
  close_connection(c, is_http3(c) ? std::uint64_t{US_QUIC_H3_NO_ERROR} : 0, {});
}

void end_connection(us_quic_connection_t& c, CloseReason reason) {
  c.setup.reset();
  // Streams that the engine does not know, or whose last events wait to be told.
  us_quic_stream_t* next = nullptr;
  for (us_quic_stream_t* s = c.streams.front(); s != nullptr; s = next) {
    next = c.streams.next(s);
    end_stream_with_connection(*s);
  }
  if (may_dispatch_now(c) && !c.life.has_ended()) {
    c.close_reason = std::move(reason);
    c.life.queue_end();
    return dispatch_close(c);
  }
  queue_close(c, std::move(reason));
}

}  // namespace usquic::quic
