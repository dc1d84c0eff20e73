#include "quic/event_queue.h"

#include <utility>

#include "base/try_allocating.h"
#include "quic/connection.h"
#include "quic/dispatch.h"
#include "quic/socket_context.h"
#include "quic/stream.h"

namespace usquic::quic {

namespace {

// A callback that always causes the next one must not keep the loop from its other work.
constexpr int max_rounds = 16;

// Tells the first overdue end among these that nothing older waits about. false: there is none.
bool dispatch_overdue_of(List<us_quic_connection_t>& connections) {
  for (us_quic_connection_t* c = connections.front(); c != nullptr; c = connections.next(c)) {
    for (us_quic_stream_t* s = c->closing_streams.front(); s != nullptr; s = c->closing_streams.next(s)) {
      if (!s->life.is_overdue() || s->queued > 0) continue;
      dispatch_stream_close(*s);
      return true;
    }
    if (!c->life.is_overdue() || c->queued_total > 0) continue;
    dispatch_close(*c);
    return true;
  }
  return false;
}

bool dispatch_overdue_of(List<SocketLink>& sockets) {
  for (SocketLink* link = sockets.front(); link != nullptr; link = sockets.next(link)) {
    us_quic_socket_t& socket = *link->socket;
    if (dispatch_overdue_of(socket.connections) || dispatch_overdue_of(socket.closing_connections))
      return true;
  }
  return false;
}

}  // namespace

EventPointer new_event(us_quic_connection_t& c, EventKind kind) {
  return EventPointer(new (c.context->quic->pool) Event(kind, &c, nullptr));
}

EventPointer new_stream_event(us_quic_stream_t& s, EventKind kind, std::uint64_t code) {
  EventPointer event(new (s.connection->context->quic->pool) Event(kind, s.connection, &s));
  event->code = code;
  return event;
}

void EventQueue::count(const Event& event) {
  us_quic_connection_t& connection = *event.connection;
  ++connection.queued_total;
  if (event.stream != nullptr) {
    ++event.stream->queued;
  } else {
    ++connection.queued_own;
  }
}

void EventQueue::push(EventPointer event) {
  count(*event);
  events_.push_back(std::move(event));
}

EventList& EventQueue::first_of(const us_quic_socket_context_t& context) {
  if (!is_draining_) return events_;
  return only_ != nullptr && only_ != &context ? kept_ : now_;
}

void EventQueue::push_held(EventList& held) {
  while (EventPointer event = held.pop_back()) {
    count(*event);
    EventList& first = first_of(*event->connection->context);
    first.push_front(std::move(event));
  }
}

void EventQueue::push_data(us_quic_stream_t& stream, Bytes data) {
  Event* last = events_.back();
  if (last != nullptr && last->kind == EventKind::stream_data && last->stream == &stream) {
    last->bytes.insert(last->bytes.end(), data.begin(), data.end());
    return;
  }
  EventPointer event = new_stream_event(stream, EventKind::stream_data);
  event->bytes.assign(data.begin(), data.end());
  push(std::move(event));
}

void EventQueue::push_close(us_quic_connection_t& connection) {
  EventPointer event =
      try_allocating([&] { return new_event(connection, EventKind::close); }, EventPointer());
  if (event != nullptr) return push(std::move(event));
  connection.life.put_off_end();
  ++overdue_;
}

void EventQueue::push_close(us_quic_stream_t& stream) {
  EventPointer event =
      try_allocating([&] { return new_stream_event(stream, EventKind::stream_close); }, EventPointer());
  if (event != nullptr) return push(std::move(event));
  stream.life.put_off_end();
  ++overdue_;
}

void EventQueue::drain() {
  for (int round = 0; round < max_rounds && !empty() && !is_draining_; ++round) drain_round(nullptr);
}

void EventQueue::drain_context(us_quic_socket_context_t& context) {
  bool has_dispatched = true;
  while (!is_draining_ && has_dispatched && (has_events_of(context) || overdue_ > 0)) {
    has_dispatched = drain_round(&context);
  }
}

bool EventQueue::has_events_of(const us_quic_socket_context_t& context) {
  for (Event* event = events_.front(); event != nullptr; event = events_.next(event)) {
    if (event->connection->context == &context) return true;
  }
  return false;
}

bool EventQueue::drain_round(const us_quic_socket_context_t* only) {
  bool has_dispatched = false;
  is_draining_ = true;
  only_ = only;
  now_.take_all(events_);
  while (EventPointer event = now_.pop_front()) {
    us_quic_connection_t& connection = *event->connection;
    if (only != nullptr && connection.context != only) {
      kept_.push_back(std::move(event));
      continue;
    }
    us_quic_stream_t* stream = event->stream;
    // The counts fall only after the telling: until then nothing newer may overtake.
    dispatch(std::move(event));
    has_dispatched = true;
    --connection.queued_total;
    if (stream != nullptr) {
      --stream->queued;
    } else {
      --connection.queued_own;
    }
  }
  has_dispatched = dispatch_overdue() || has_dispatched;
  // What is left is older than what came meanwhile.
  now_.take_all(kept_);
  now_.take_all(events_);
  events_.take_all(now_);
  is_draining_ = false;
  return has_dispatched;
}

// Rare, and then there are few: each is looked for from the start, since callbacks change the lists.
bool EventQueue::dispatch_overdue() {
  bool has_dispatched = false;
  for (bool has_more = true; overdue_ > 0 && has_more;) {
    has_more = dispatch_overdue_of(quic_.closing_sockets);
    for (auto* c = quic_.contexts.front(); c != nullptr && !has_more; c = quic_.contexts.next(c)) {
      has_more = dispatch_overdue_of(c->sockets);
    }
    has_dispatched = has_dispatched || has_more;
  }
  return has_dispatched;
}

}  // namespace usquic::quic
