#include "quic/event_queue.h"

#include <algorithm>
#include <utility>

#include "quic/connection.h"
#include "quic/stream.h"
#include "quic/tell.h"

namespace usquic::quic {

namespace {

// A callback that always causes the next one must not keep the loop from its other work.
constexpr int max_rounds = 16;

}  // namespace

void EventQueue::push(Event event) {
  us_quic_connection_t& connection = *event.connection;
  ++connection.queued_total;
  if (event.stream != nullptr) {
    ++event.stream->queued;
  } else {
    ++connection.queued_own;
  }
  events_.push_back(std::move(event));
}

void EventQueue::push_data(us_quic_stream_t& stream, Bytes data) {
  if (!events_.empty() && events_.back().kind == EventKind::stream_data && events_.back().stream == &stream) {
    std::vector<std::uint8_t>& bytes = events_.back().bytes;
    bytes.insert(bytes.end(), data.begin(), data.end());
    return;
  }
  Event event{.kind = EventKind::stream_data, .connection = stream.connection, .stream = &stream};
  event.bytes.assign(data.begin(), data.end());
  push(std::move(event));
}

void EventQueue::drain() {
  for (int round = 0; round < max_rounds && !events_.empty() && !is_draining_; ++round) drain_round(nullptr);
}

void EventQueue::drain_context(us_quic_socket_context_t& context) {
  const auto is_its = [&](const Event& event) { return event.connection->context == &context; };
  while (!is_draining_ && std::any_of(events_.begin(), events_.end(), is_its)) drain_round(&context);
}

void EventQueue::drain_round(us_quic_socket_context_t* only) {
  is_draining_ = true;
  std::deque<Event> now = std::exchange(events_, {});
  std::deque<Event> kept;
  for (Event& event : now) {
    us_quic_connection_t& connection = *event.connection;
    if (only != nullptr && connection.context != only) {
      kept.push_back(std::move(event));
      continue;
    }
    us_quic_stream_t* stream = event.stream;
    // The counts fall only after the telling: until then nothing newer may overtake.
    tell(event);
    --connection.queued_total;
    if (stream != nullptr) {
      --stream->queued;
    } else {
      --connection.queued_own;
    }
  }
  for (Event& event : events_) kept.push_back(std::move(event));
  events_ = std::move(kept);
  is_draining_ = false;
}

}  // namespace usquic::quic
