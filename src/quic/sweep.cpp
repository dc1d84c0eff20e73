#include "quic/sweep.h"

#include "base/ext.h"
#include "quic/connection.h"
#include "quic/quic_loop.h"
#include "quic/socket_context.h"
#include "quic/stream.h"

namespace usquic::quic {

namespace {

// `only`: nullptr = every context's.
void sweep_streams(QuicLoop& quic, const us_quic_socket_context_t* only) {
  us_quic_stream_t* next = nullptr;
  for (us_quic_stream_t* s = quic.closed_streams.front(); s != nullptr; s = next) {
    next = quic.closed_streams.next(s);
    if (s->queued > 0 || (only != nullptr && s->connection->context != only)) continue;
    --s->connection->stream_count;
    if (s->engine != nullptr && s->is_reset_when_swept) {
      s->engine->reset(s->close_info.code);
      s->engine->stop(s->close_info.code);
    }
    if (s->engine != nullptr) s->engine->detach();  // may run release callbacks of static bytes
    next = quic.closed_streams.next(s);
    delete_pooled_with_ext(s);
  }
}

void sweep_connections(QuicLoop& quic, const us_quic_socket_context_t* only) {
  us_quic_connection_t* next = nullptr;
  for (us_quic_connection_t* c = quic.closed_connections.front(); c != nullptr; c = next) {
    next = quic.closed_connections.next(c);
    if (c->queued_total > 0 || c->stream_count > 0 || (only != nullptr && c->context != only)) continue;
    if (c->engine != nullptr) c->engine->detach();
    next = quic.closed_connections.next(c);
    --c->socket->connection_count;
    delete_with_ext(c);
  }
}

void free_socket(us_quic_socket_t& socket) {
  socket.context->endpoint->drop_socket(&socket);
  socket.udp.close();
  --socket.context->socket_count;
  delete_with_ext(&socket);
}

// Of contexts that were shut down: handshakes that kept a socket may have ended, which nobody is told.
void close_idle_sockets(QuicLoop& quic) {
  for (us_quic_socket_context_t* c = quic.contexts.front(); c != nullptr; c = quic.contexts.next(c)) {
    if (!c->is_shut_down) continue;
    SocketLink* next = nullptr;
    for (SocketLink* link = c->sockets.front(); link != nullptr; link = next) {
      next = c->sockets.next(link);
      if (link->socket->is_shut_down) close_socket_if_idle(*link->socket);
    }
  }
}

void sweep_sockets(QuicLoop& quic) {
  const TimePoint now = quic.now();
  while (quic.closing_deadlines.pop_due(now) != nullptr) {
  }
  SocketLink* next = nullptr;
  for (SocketLink* link = quic.closing_sockets.front(); link != nullptr; link = next) {
    next = quic.closing_sockets.next(link);
    us_quic_socket_t& socket = *link->socket;
    if (socket.connection_count > 0) continue;
    if (has_sent_closes(socket) || socket.closing_deadline <= now) free_socket(socket);
  }
}

// Closing packets of this context's sockets that the kernel takes without waiting.
void flush_closes(QuicLoop& quic, us_quic_socket_context_t& context) {
  constexpr int max_flushes = 64;  // each is bounded by a send quantum
  for (int i = 0; i < max_flushes && context.endpoint->wants_flush(); ++i) {
    quic.flush_context(context, quic.now());
  }
}

}  // namespace

bool has_sent_closes(const us_quic_socket_t& socket) {
  return socket.connection_count == 0 && !socket.context->endpoint->has_unsent_close(socket.self()) &&
         socket.self()->udp.send_batch().empty();
}

void destroy_context(us_quic_socket_context_t& context) {
  QuicLoop& quic = *context.quic;
  context.is_freed = true;
  close_all_sockets(context);
  quic.events.drain_context(context);
  flush_closes(quic, context);
  quic.events.drain_context(context);

  quic.is_sweeping = true;
  sweep_streams(quic, &context);
  sweep_connections(quic, &context);
  // Handles are gone; a peer that no flush reached before can still be told.
  flush_closes(quic, context);
  SocketLink* next = nullptr;
  for (SocketLink* link = quic.closing_sockets.front(); link != nullptr; link = next) {
    next = quic.closing_sockets.next(link);
    if (link->socket->context == &context) free_socket(*link->socket);
  }
  quic.is_sweeping = false;
  context.unlink();
  delete_with_ext(&context);
}

}  // namespace usquic::quic

void us_internal_quic_sweep_closed(us_loop_t* loop) {
  using namespace usquic::quic;
  QuicLoop* quic = QuicLoop::find(loop);
  if (quic == nullptr || quic->is_sweeping) return;
  quic->is_sweeping = true;
  sweep_streams(*quic, nullptr);
  sweep_connections(*quic, nullptr);
  close_idle_sockets(*quic);
  sweep_sockets(*quic);
  quic->is_sweeping = false;
  us_quic_socket_context_t* next = nullptr;
  for (us_quic_socket_context_t* context = quic->contexts.front(); context != nullptr; context = next) {
    next = quic->contexts.next(context);
    if (!context->is_freed) continue;
    destroy_context(*context);
    next = quic->contexts.front();  // its callbacks may have changed the list
  }
}
