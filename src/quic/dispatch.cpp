#include "quic/dispatch.h"

#include <utility>

#include "base/check.h"
#include "base/try_allocating.h"
#include "http/field_rules.h"
#include "quic/connection.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::quic {

namespace {

template <class... Parameters, class... Arguments>
void call(us_quic_socket_context_t& context, void (*callback)(Parameters...), Arguments... arguments) {
  if (callback == nullptr) return;
  ++context.quic->callback_depth;
  callback(arguments...);
  --context.quic->callback_depth;
}

us_quic_socket_context_t& context_of(const us_quic_stream_t& s) {
  return *s.connection->context;
}

void close_remaining_streams(us_quic_connection_t& c) {
  while (us_quic_stream_t* s = c.streams.front()) {
    // A good end is none when bytes that came before it were never taken.
    if (!s->life.has_ended() || !s->held.empty()) s->close_info = {US_QUIC_E_CLOSED, 0};
    dispatch_stream_close(*s);
  }
  while (us_quic_stream_t* s = c.closing_streams.front()) dispatch_stream_close(*s);
}

// A header section may begin a session, or open one. false: it begins one too many, and was refused.
bool note_session(us_quic_stream_t& s, int kind, bool end_stream) {
  if (kind != US_QUIC_HEADERS_MESSAGE) return true;
  if (s.own_session != nullptr) {
    const bool is_accepted = http::status_class(headers_of(s)) == '2' && !end_stream;
    if (is_accepted) {
      s.own_session->open();
    } else {
      s.own_session->end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
    }
    return true;
  }
  SessionTable* sessions = s.connection->sessions.get();
  if (s.engine == nullptr || !s.engine->is_session_request() || end_stream) {
    if (sessions != nullptr) sessions->refuse_expected(us_quic_stream_id(&s));
    return true;
  }
  sessions = sessions_of(*s.connection);
  const bool has_begun = sessions != nullptr &&
                         try_allocating([&] { return sessions->begin(s, Session::State::requested); }, false);
  if (has_begun) return true;
  close_stream(s, US_QUIC_H3_REQUEST_REJECTED);
  return false;
}

void end_session(us_quic_stream_t& s) {
  SessionTable* sessions = s.connection->sessions.get();
  if (sessions == nullptr) return;
  if (s.own_session == nullptr) return sessions->refuse_expected(us_quic_stream_id(&s));
  s.own_session->end_before_last_callback();
  sessions->forget(*s.own_session);
}

void dispatch_to_connection(const Event& event) {
  us_quic_connection_t& c = *event.connection;
  switch (event.kind) {
    case EventKind::open:
      return dispatch_open(c);
    case EventKind::goaway:
      return dispatch_goaway(c);
    case EventKind::datagram:
      return dispatch_datagram(c, event.bytes);
    case EventKind::close:
      return dispatch_close(c);
    case EventKind::stream_open:
    case EventKind::stream_headers:
    case EventKind::stream_data:
    case EventKind::stream_end:
    case EventKind::stream_reset:
    case EventKind::stream_stop:
    case EventKind::stream_writable:
    case EventKind::stream_datagram:
    case EventKind::stream_close:
      CHECK(false);  // they are about a stream
  }
}

}  // namespace

bool may_dispatch_now(const us_quic_stream_t& s) {
  return s.connection->context->quic->dispatches_directly && s.queued == 0 && s.connection->queued_own == 0;
}

bool may_dispatch_now(const us_quic_connection_t& c) {
  return c.context->quic->dispatches_directly && c.queued_total == 0;
}

void dispatch(EventPointer event) {
  if (event->stream == nullptr) return dispatch_to_connection(*event);
  us_quic_stream_t& s = *event->stream;
  if (must_hold(s, event->kind)) return hold(s, std::move(event));
  switch (event->kind) {
    case EventKind::stream_open:
      return dispatch_stream_open(s);
    case EventKind::stream_headers:
      if (!s.life.is_final()) s.headers = std::move(event->headers);
      return dispatch_stream_headers(s, event->headers_kind, event->end_stream);
    case EventKind::stream_data:
      return dispatch_stream_data(s, event->bytes);
    case EventKind::stream_end:
      return dispatch_stream_end(s);
    case EventKind::stream_reset:
      return dispatch_stream_reset(s, event->code);
    case EventKind::stream_stop:
      return dispatch_stream_stop(s, event->code);
    case EventKind::stream_writable:
      return dispatch_stream_writable(s);
    case EventKind::stream_datagram:
      return s.own_session != nullptr && s.own_session->holds() ? hold_datagram(s, std::move(event))
                                                                : dispatch_stream_datagram(s, event->bytes);
    case EventKind::stream_close:
      return dispatch_stream_close(s);
    case EventKind::open:
    case EventKind::close:
    case EventKind::goaway:
    case EventKind::datagram:
      CHECK(false);  // they are about the connection
  }
}

void dispatch_open(us_quic_connection_t& c) {
  if (c.life.is_closed()) return;
  c.is_announced = true;
  sync_path(c);
  call(*c.context, c.context->on.open, &c, c.is_client ? 1 : 0);
}

void dispatch_close(us_quic_connection_t& c) {
  if (c.life.is_final()) return;
  if (!c.life.is_closed()) c.life.close();
  close_remaining_streams(c);
  if (c.life.finish()) c.context->quic->events.overdue_dispatched();
  c.setup.reset();
  c.unlink();
  c.context->quic->closed_connections.push_back(&c);
  if (c.is_announced) {
    const us_quic_close_info_t info = c.close_reason.view();
    call(*c.context, c.context->on.close, &c, static_cast<const us_quic_close_info_t*>(&info));
  }
  close_socket_if_idle(*c.socket);
}

void dispatch_goaway(us_quic_connection_t& c) {
  if (!c.life.is_closed()) call(*c.context, c.context->on.goaway, &c);
}

void dispatch_datagram(us_quic_connection_t& c, Bytes data) {
  if (c.life.is_closed()) return;
  call(*c.context, c.context->on.datagram, &c, static_cast<const void*>(data.data()), data.size());
}

void dispatch_stream_open(us_quic_stream_t& s) {
  if (s.life.is_closed()) return;
  s.is_announced = true;
  s.connection->is_announced = true;  // an early stream shows the connection before on_open
  call(context_of(s), context_of(s).on.stream_open, &s, s.is_local ? 1 : 0);
}

void dispatch_stream_headers(us_quic_stream_t& s, int kind, bool end_stream) {
  if (s.life.is_closed() || s.is_read_stopped) return;
  if (context_of(s).webtransport_sessions > 0 && !note_session(s, kind, end_stream)) return;
  call(context_of(s), context_of(s).on.stream_headers, &s, kind, end_stream ? 1 : 0);
}

void dispatch_stream_data(us_quic_stream_t& s, Bytes data) {
  if (s.life.is_closed()) return;
  if (carries_capsules(s)) {
    s.own_session->read(data);
  } else if (!s.is_read_stopped) {
    call(context_of(s), context_of(s).on.stream_data, &s, static_cast<const void*>(data.data()), data.size());
  }
  // The application took the bytes by returning: the peer gets credit for as many.
  if (s.engine != nullptr && !s.life.is_closed()) s.engine->consume(data.size());
}

void dispatch_stream_end(us_quic_stream_t& s) {
  if (s.life.is_closed() || s.is_read_stopped) return;
  if (carries_capsules(s)) return s.own_session->read_end();
  call(context_of(s), context_of(s).on.stream_end, &s);
}

void dispatch_stream_reset(us_quic_stream_t& s, std::uint64_t code) {
  if (s.life.is_closed()) return;
  s.held.clear();  // RFC 9000 section 3.2: data before a reset need not be delivered
  Session* const session = s.own_session.get();
  if (session != nullptr) {
    session->end(US_QUIC_WEBTRANSPORT_SESSION_GONE);
    if (s.engine != nullptr) s.engine->reset(cancel_code(s));
  }
  call(context_of(s), context_of(s).on.stream_reset, &s, code);
  // As after a close: the peer need not acknowledge that this side gives up too.
  if (session != nullptr) fail_stream(s, US_QUIC_E_RESET, code);
}

void dispatch_stream_stop(us_quic_stream_t& s, std::uint64_t code) {
  if (!s.life.is_closed()) call(context_of(s), context_of(s).on.stream_stop, &s, code);
}

void dispatch_stream_writable(us_quic_stream_t& s) {
  if (!s.life.is_closed()) call(context_of(s), context_of(s).on.stream_writable, &s);
}

void dispatch_stream_datagram(us_quic_stream_t& s, Bytes data) {
  if (s.life.is_closed() || s.is_read_stopped) return;
  call(context_of(s), context_of(s).on.stream_datagram, &s, static_cast<const void*>(data.data()),
       data.size());
}

void dispatch_session_close(us_quic_stream_t& s, std::uint32_t code, std::string_view reason) {
  if (s.life.is_closed()) return;
  call(context_of(s), context_of(s).on.webtransport_close, &s, code, reason.data(), reason.size());
}

void dispatch_session_drain(us_quic_stream_t& s) {
  if (!s.life.is_closed()) call(context_of(s), context_of(s).on.webtransport_drain, &s);
}

void dispatch_stream_close(us_quic_stream_t& s) {
  if (s.life.is_final()) return;
  end_session(s);
  us_quic_socket_context_t& context = context_of(s);
  if (s.life.finish()) context.quic->events.overdue_dispatched();
  s.held.clear();
  s.unlink();
  context.quic->closed_streams.push_back(&s);
  if (s.is_announced) {
    const us_quic_stream_close_info_t info = s.close_info;
    call(context, context.on.stream_close, &s, &info);
  }
  s.prepared.drop();
  s.membership.reset();
}

}  // namespace usquic::quic
