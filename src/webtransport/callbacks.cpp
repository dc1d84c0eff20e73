#include "webtransport/callbacks.h"

#include <memory>
#include <new>
#include <string_view>

#include "webtransport/session.h"
#include "webtransport/stream_events.h"

namespace usquic::webtransport {
namespace {

// task: gets the events of the stream, which outlive it.
template <class Task>
bool run_for(us_quic_stream_t* stream, Task task) noexcept {
  StreamEvents* events = events_of(stream);
  if (events == nullptr) return false;
  const std::shared_ptr<StreamEvents> hold = events->shared_from_this();
  try {
    task(*events);
  } catch (const std::bad_alloc&) {
    events->run_out_of_memory();
  }
  return true;
}

// The same for what only a CONNECT stream has: its events are a session.
template <class Task>
bool run_for_session(us_quic_stream_t* stream, Task task) noexcept {
  return run_for(stream, [&](StreamEvents& events) { task(static_cast<Session&>(events)); });
}

std::string_view text(const void* data, std::size_t length) {
  return {static_cast<const char*>(data), length};
}

void on_close(us_quic_stream_t* stream, std::uint32_t code, const char* reason, std::size_t length) noexcept {
  run_for_session(stream, [&](Session& session) { session.peer_closed(code, text(reason, length)); });
}

void on_drain(us_quic_stream_t* stream) noexcept {
  run_for_session(stream, [](Session& session) { session.peer_drains(); });
}

}  // namespace

bool is_of_session(us_quic_stream_t* stream) {
  const us_quic_stream_t* session = us_quic_stream_session(stream);
  return session != nullptr && session != stream;
}

bool take_opened(us_quic_stream_t* stream) noexcept {
  if (!is_of_session(stream)) return false;
  const bool is_known =
      run_for_session(us_quic_stream_session(stream), [&](Session& session) { session.take_stream(stream); });
  if (!is_known) us_quic_stream_close_with(stream, US_QUIC_WEBTRANSPORT_SESSION_GONE);
  return true;
}

bool take_headers(us_quic_stream_t* stream, int kind) noexcept {
  return run_for(stream, [&](StreamEvents& events) { events.take_headers(kind); });
}

bool take_data(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept {
  return run_for(stream, [&](StreamEvents& events) { events.take_data(text(data, length)); });
}

bool take_end(us_quic_stream_t* stream) noexcept {
  return run_for(stream, [](StreamEvents& events) { events.take_end(); });
}

bool take_reset(us_quic_stream_t* stream, std::uint64_t code) noexcept {
  return run_for(stream, [&](StreamEvents& events) { events.peer_reset(code); });
}

bool take_stop(us_quic_stream_t* stream, std::uint64_t code) noexcept {
  return run_for(stream, [&](StreamEvents& events) { events.peer_stopped(code); });
}

bool take_writable(us_quic_stream_t* stream) noexcept {
  return run_for(stream, [](StreamEvents& events) { events.writable(); });
}

bool take_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t& info) noexcept {
  StreamEvents* const events = events_of(stream);
  if (events == nullptr) return false;
  const std::shared_ptr<StreamEvents> hold = events->shared_from_this();
  events->detach(stream);  // first: a session that was not open may begin anew
  try {
    events->closed(info);
  } catch (const std::bad_alloc&) {
    events->run_out_of_memory();
  }
  return true;
}

bool take_datagram(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept {
  return run_for_session(stream, [&](Session& session) { session.take_datagram(text(data, length)); });
}

void tell_open(Session& session) noexcept {
  const std::shared_ptr<StreamEvents> hold = session.shared_from_this();
  try {
    session.tell_open();
  } catch (const std::bad_alloc&) {
    session.run_out_of_memory();
  }
}

void set_session_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_webtransport_close(context, on_close);
  us_quic_socket_context_on_webtransport_drain(context, on_drain);
}

}  // namespace usquic::webtransport
