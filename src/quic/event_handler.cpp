#include "quic/event_handler.h"

#include <new>
#include <utility>

#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/dispatch.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "udp/local_path.h"
#include "usquic/http3_codes.h"

namespace usquic::quic {

namespace {

// The handle of an engine object, or nullptr when events about it are not to be told any more.
us_quic_connection_t* live(engine::Connection& c) {
  auto* handle = static_cast<us_quic_connection_t*>(c.user);
  return handle != nullptr && !handle->life.is_closed() ? handle : nullptr;
}

us_quic_stream_t* live(engine::Stream& s) {
  auto* handle = static_cast<us_quic_stream_t*>(s.user);
  return handle != nullptr && !handle->life.is_closed() ? handle : nullptr;
}

void queue(us_quic_connection_t& c, EventPointer event) {
  c.context->quic->events.push(std::move(event));
}

// Queues an event that may not be told now, or holds it while the stream is paused.
void keep(us_quic_stream_t& s, EventPointer event) {
  if (!may_dispatch_now(s)) return queue(*s.connection, std::move(event));
  hold(s, std::move(event));
}

bool must_keep(const us_quic_stream_t& s, EventKind kind) {
  return !may_dispatch_now(s) || must_hold(s, kind);
}

// Tells a stream event without a payload of its own, or keeps it.
template <class Dispatch>
void pass_on(us_quic_stream_t& s, EventKind kind, std::uint64_t code, Dispatch dispatch_now) {
  if (must_keep(s, kind)) return keep(s, new_stream_event(s, kind, code));
  dispatch_now();
}

}  // namespace

void EventHandler::on_connection_open(engine::Connection& c) {
  auto* socket = static_cast<us_quic_socket_t*>(c.path().socket);
  us_quic_connection_t* handle = nullptr;
  if (!socket->is_closed) handle = new_connection(*socket, false, context_.connection_ext_size);
  if (handle == nullptr) {
    c.close(0, {});
    c.detach();
    return;
  }
  handle->engine = &c;
  c.user = handle;
  sync_path(*handle);
}

void EventHandler::on_handshake(engine::Connection& c) {
  us_quic_connection_t* handle = live(c);
  if (handle == nullptr) return;
  if (handle->setup != nullptr) handle->setup->connector.won(c);
  handle->alpn = c.alpn();
  if (!handle->is_client) handle->server_name = c.server_name();
  sync_path(*handle);
  if (!is_http3(*handle) && handle->sessions != nullptr) handle->sessions->send_waiting();  // they cannot
  if (may_dispatch_now(*handle)) return dispatch_open(*handle);
  queue(*handle, new_event(*handle, EventKind::open));
}

void EventHandler::on_connection_close(engine::Connection& c, const us_quic_close_info_t& info) {
  auto* handle = static_cast<us_quic_connection_t*>(c.user);
  c.user = nullptr;
  if (handle == nullptr) return;
  if (handle->engine != &c) {  // one attempt of several
    if (handle->setup != nullptr) handle->setup->connector.attempt_failed(c, CloseReason::copy(info));
    return;
  }
  keep_final_state(*handle);
  handle->engine = nullptr;
  if (!handle->life.is_closed()) end_connection(*handle, CloseReason::copy(info));
}

void EventHandler::on_goaway(engine::Connection& c) {
  us_quic_connection_t* handle = live(c);
  if (handle == nullptr) return;
  if (may_dispatch_now(*handle)) return dispatch_goaway(*handle);
  queue(*handle, new_event(*handle, EventKind::goaway));
}

void EventHandler::on_peer_settings(engine::Connection& c) {
  us_quic_connection_t* handle = live(c);
  if (handle != nullptr && handle->sessions != nullptr) handle->sessions->send_waiting();
}

void EventHandler::on_datagram(engine::Connection& c, Bytes data) {
  us_quic_connection_t* handle = live(c);
  if (handle == nullptr) return;
  if (may_dispatch_now(*handle)) return dispatch_datagram(*handle, data);
  EventPointer event = new_event(*handle, EventKind::datagram);
  event->bytes.assign(data.begin(), data.end());
  queue(*handle, std::move(event));
}

bool EventHandler::takes_stream_datagrams() const {
  return context_.on.stream_datagram != nullptr || context_.webtransport_sessions > 0;
}

std::size_t EventHandler::payload_within_machine(const engine::Path& path) const {
  return udp::payload_within_machine(path.local, path.remote);
}

// A handle for the peer's stream. nullptr: it is refused, with that code.
us_quic_stream_t* EventHandler::accept_stream(us_quic_connection_t& c, const engine::Stream& s,
                                              std::uint64_t& refusal) {
  Session* session = nullptr;
  if (s.session_id() >= 0) {
    SessionTable* sessions = sessions_of(c);
    if (sessions != nullptr) session = sessions->admit(c, s.session_id(), refusal);
    if (session == nullptr) return nullptr;
  }
  us_quic_stream_t* handle = new_stream(c, c.socket->stream_ext_size);
  if (handle != nullptr && session != nullptr) {
    try {
      session->add(*handle);
    } catch (const std::bad_alloc&) {
      discard_stream(*handle);
      return nullptr;
    }
  }
  return handle;
}

void EventHandler::on_stream_open(engine::Connection& c, engine::Stream& s, bool is_local) {
  us_quic_connection_t* connection = live(c);
  us_quic_stream_t* handle = nullptr;
  if (is_local) {
    handle = live(s);
    if (handle == nullptr) return;
  } else {
    std::uint64_t refusal = US_QUIC_H3_REQUEST_CANCELLED;  // any code will do on a raw stream
    if (connection != nullptr) handle = accept_stream(*connection, s, refusal);
    if (handle == nullptr) {
      s.reset(refusal);
      s.stop(refusal);
      s.detach();
      return;
    }
    handle->engine = &s;
    handle->is_unidirectional = s.is_unidirectional();
    handle->is_early = s.is_early();
    s.user = handle;
  }
  handle->id = s.id();
  pass_on(*handle, EventKind::stream_open, 0, [&] { dispatch_stream_open(*handle); });
}

void EventHandler::on_headers(engine::Stream& s, int kind, bool end_stream) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  if (!must_keep(*handle, EventKind::stream_headers)) {
    handle->headers.reset();
    return dispatch_stream_headers(*handle, kind, end_stream);
  }
  EventPointer event = new_stream_event(*handle, EventKind::stream_headers);
  event->headers = std::make_unique<http::HeaderSection>(s.headers());
  event->headers_kind = kind;
  event->end_stream = end_stream;
  keep(*handle, std::move(event));
}

void EventHandler::on_body(engine::Stream& s, Bytes data) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  if (!may_dispatch_now(*handle)) return context_.quic->events.push_data(*handle, data);
  if (must_hold(*handle, EventKind::stream_data)) return hold_data(*handle, data);
  dispatch_stream_data(*handle, data);
}

void EventHandler::on_end(engine::Stream& s) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  pass_on(*handle, EventKind::stream_end, 0, [&] { dispatch_stream_end(*handle); });
}

void EventHandler::on_reset(engine::Stream& s, std::uint64_t code) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  pass_on(*handle, EventKind::stream_reset, code, [&] { dispatch_stream_reset(*handle, code); });
}

void EventHandler::on_stop(engine::Stream& s, std::uint64_t code) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  handle->prepared.drop();
  pass_on(*handle, EventKind::stream_stop, code, [&] { dispatch_stream_stop(*handle, code); });
}

void EventHandler::on_writable(engine::Stream& s) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  if (handle->prepared.is_sending()) {
    handle->prepared.send(s, context_.send_buffer_bytes);
    return;  // the application wrote nothing that it could go on with
  }
  pass_on(*handle, EventKind::stream_writable, 0, [&] { dispatch_stream_writable(*handle); });
}

void EventHandler::on_stream_datagram(engine::Stream& s, Bytes data) {
  us_quic_stream_t* handle = live(s);
  if (handle == nullptr) return;
  const bool is_held = handle->own_session != nullptr && handle->own_session->holds();
  if (!is_held && may_dispatch_now(*handle)) return dispatch_stream_datagram(*handle, data);
  EventPointer event = new_stream_event(*handle, EventKind::stream_datagram);
  event->bytes.assign(data.begin(), data.end());
  if (!is_held) return queue(*handle->connection, std::move(event));
  hold_datagram(*handle, std::move(event));
}

void EventHandler::on_stream_close(engine::Stream& s, const us_quic_stream_close_info_t& info) {
  auto* handle = static_cast<us_quic_stream_t*>(s.user);
  s.user = nullptr;
  if (handle == nullptr) return;
  if (handle->life.is_closed() || handle->life.has_ended()) {
    keep_after_engine(*handle);
    return;
  }
  handle->close_info = info;
  handle->prepared.drop();
  if (!must_keep(*handle, EventKind::stream_close)) {
    dispatch_stream_close(*handle);
    keep_after_engine(*handle);
    return;
  }
  keep_after_engine(*handle);
  EventPointer event =
      try_allocating([&] { return new_stream_event(*handle, EventKind::stream_close); }, EventPointer());
  if (event == nullptr) return fail_stream(*handle, US_QUIC_E_NOMEM);
  handle->life.queue_end();
  keep(*handle, std::move(event));
}

}  // namespace usquic::quic
