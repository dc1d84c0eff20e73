// What happened and could not be told at once: from a flush, or caused by an API call. It waits in its loop's
// queue until one of the fixed points of the iteration, or in its stream while that is paused.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/block_pool.h"
#include "base/list.h"
#include "http/header_section.h"
#include "usquic/quic.h"

namespace usquic::quic {

enum class EventKind {
  open,
  close,
  goaway,
  datagram,
  stream_open,
  stream_headers,
  stream_data,
  stream_end,
  stream_reset,
  stream_stop,
  stream_writable,
  stream_datagram,
  stream_close
};

// Made by new_event() or new_stream_event(), which may throw std::bad_alloc; whoever has it can pass it
// on without that.
struct Event : ListHook<Event>, Pooled {
  Event(EventKind what, us_quic_connection_t* c, us_quic_stream_t* s)
      : kind(what), connection(c), stream(s) {}

  const EventKind kind;
  us_quic_connection_t* const connection;
  us_quic_stream_t* const stream;                // nullptr: about the connection
  std::vector<std::uint8_t> bytes;               // stream_data, datagram, stream_datagram
  std::unique_ptr<http::HeaderSection> headers;  // stream_headers
  int headers_kind = 0;
  bool end_stream = false;
  std::uint64_t code = 0;  // stream_reset, stream_stop
};

using EventPointer = std::unique_ptr<Event>;

EventPointer new_event(us_quic_connection_t& connection, EventKind kind);
EventPointer new_stream_event(us_quic_stream_t& stream, EventKind kind, std::uint64_t code = 0);

// Events in order, which it owns.
class EventList {
 public:
  EventList() = default;
  ~EventList() { clear(); }
  EventList(const EventList&) = delete;
  EventList& operator=(const EventList&) = delete;

  bool empty() const { return events_.empty(); }
  Event* back() { return events_.back(); }
  Event* front() { return events_.front(); }
  Event* next(Event* event) { return events_.next(event); }
  void push_back(EventPointer event) { events_.push_back(event.release()); }
  void push_front(EventPointer event) { events_.push_front(event.release()); }
  EventPointer pop_back() {
    Event* last = events_.back();
    if (last != nullptr) last->unlink();
    return EventPointer(last);
  }
  EventPointer pop_front() { return EventPointer(events_.pop_front()); }
  void take_all(EventList& other) { events_.take_all(other.events_); }
  void clear() {
    while (pop_front() != nullptr) {
    }
  }

 private:
  List<Event> events_;
};

}  // namespace usquic::quic
