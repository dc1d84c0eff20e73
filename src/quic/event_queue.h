// The events of one loop that wait to be told, in order.
#pragma once

#include <deque>

#include "base/bytes.h"
#include "quic/event.h"

namespace usquic::quic {

class EventQueue {
 public:
  bool empty() const { return events_.empty(); }

  void push(Event event);
  // As pushing a stream_data event; bytes that follow each other become one event.
  void push_data(us_quic_stream_t& stream, Bytes data);

  // Tells what waits, also what that causes, within a bound on rounds. Never nests.
  void drain();
  // The same for one context alone, without a bound: the context takes no new work any more.
  void drain_context(us_quic_socket_context_t& context);

 private:
  void drain_round(us_quic_socket_context_t* only);

  std::deque<Event> events_;
  bool is_draining_ = false;
};

}  // namespace usquic::quic
