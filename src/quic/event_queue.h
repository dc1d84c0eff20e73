// The events of one loop that wait to be told, in order.
#pragma once

#include "base/bytes.h"
#include "quic/event.h"

namespace usquic::quic {

class QuicLoop;

class EventQueue {
 public:
  explicit EventQueue(QuicLoop& quic) : quic_(quic) {}

  bool empty() const { return events_.empty() && overdue_ == 0; }

  void push(EventPointer event);
  // Those that a stream held, before all that waits about it.
  void push_held(EventList& held);
  // As pushing a stream_data event; bytes that follow each other become one event. May throw std::bad_alloc.
  void push_data(us_quic_stream_t& stream, Bytes data);
  // The end of a connection, of a closed stream: told after what waits about it, whether or not there is
  // memory for an event.
  void push_close(us_quic_connection_t& connection);
  void push_close(us_quic_stream_t& stream);

  // One that had no event was told.
  void overdue_dispatched() { --overdue_; }

  // Tells what waits, also what that causes, within a bound on rounds. Never nests.
  void drain();
  // The same for one context alone, without a bound: the context takes no new work any more.
  void drain_context(us_quic_socket_context_t& context);

 private:
  void count(const Event& event);
  bool has_events_of(const us_quic_socket_context_t& context);
  // Whether anything was told.
  bool drain_round(const us_quic_socket_context_t* only);
  // Where what comes before all that waits about this context belongs.
  EventList& first_of(const us_quic_socket_context_t& context);
  bool dispatch_overdue();

  QuicLoop& quic_;
  EventList events_;
  // Of the round under way.
  EventList now_;
  EventList kept_;                                  // of other contexts than
  const us_quic_socket_context_t* only_ = nullptr;  // nullptr: of none
  bool is_draining_ = false;
  std::size_t overdue_ = 0;  // ends for which there was no event
};

}  // namespace usquic::quic
