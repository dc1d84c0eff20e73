// From the C interface's callbacks to the client's objects.
#include <optional>
#include <utility>

#include "client/client_core.h"
#include "webtransport/callbacks.h"
#include "webtransport/stream_events.h"

namespace usquic::client {
namespace {

ClientCore& core_of(us_quic_socket_context_t* context) {
  return **static_cast<ClientCore**>(us_quic_socket_context_ext(context));
}

// The request of a stream that is still somebody's, or nullptr.
ClientRequest* request_of(us_quic_stream_t* s) {
  return pooled_of(us_quic_stream_connection(s)) != nullptr ? stream_ext(s).request : nullptr;
}

// Handlers of a session may run for a client that is gone.
std::optional<ClientCore::Frame> frame_of(us_quic_connection_t* c) {
  if (pooled_of(c) == nullptr) return std::nullopt;
  return std::optional<ClientCore::Frame>(std::in_place, core_of(us_quic_connection_context(c)));
}

// Whether the stream is a session's: `take` passes on to it what happened (webtransport/callbacks.h).
template <class Take>
bool run_for_session(us_quic_stream_t* s, Take take) {
  if (webtransport::events_of(s) == nullptr) return false;
  const auto frame = frame_of(us_quic_stream_connection(s));
  take();
  return true;
}

template <class Task>
void run_for_request(us_quic_stream_t* s, Task task) {
  ClientRequest* request = request_of(s);
  if (request == nullptr) return;
  const ClientCore::Frame frame(core_of(us_quic_stream_context(s)));
  task(*request);
}

void on_headers(us_quic_stream_t* s, int kind, int end_stream) {
  if (run_for_session(s, [&] { webtransport::take_headers(s, kind); })) return;
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_headers(kind, end_stream != 0); });
}

void on_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  if (run_for_session(s, [&] { webtransport::take_data(s, data, length); })) return;
  const std::string_view chunk(static_cast<const char*>(data), length);
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_data(chunk); });
}

void on_end(us_quic_stream_t* s) {
  if (run_for_session(s, [&] { webtransport::take_end(s); })) return;
  run_for_request(s, [](ClientRequest& request) { request.on_stream_end(); });
}

void on_reset(us_quic_stream_t* s, std::uint64_t code) {
  if (run_for_session(s, [&] { webtransport::take_reset(s, code); })) return;
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_reset(code); });
}

void on_stop(us_quic_stream_t* s, std::uint64_t code) {
  if (run_for_session(s, [&] { webtransport::take_stop(s, code); })) return;
  run_for_request(s, [](ClientRequest& request) { request.on_stream_stop(); });
}

void on_writable(us_quic_stream_t* s) {
  if (run_for_session(s, [&] { webtransport::take_writable(s); })) return;
  run_for_request(s, [](ClientRequest& request) { request.on_stream_writable(); });
}

void on_datagram(us_quic_stream_t* s, const void* data, std::size_t length) {
  run_for_session(s, [&] { webtransport::take_datagram(s, data, length); });
}

void on_stream_open(us_quic_stream_t* s, int) {
  us_quic_connection_t* c = us_quic_stream_connection(s);
  const auto frame = frame_of(c);
  if (webtransport::is_of_session(s)) {
    // One that this side opened is known.
    if (webtransport::events_of(s) == nullptr) webtransport::take_opened(s);
    return;
  }
  if (pooled_of(c) == nullptr) return;
  core_of(us_quic_stream_context(s)).pool().on_stream_open(*pooled_of(c), stream_ext(s));
  if (ClientRequest* request = stream_ext(s).request) request->on_stream_open();
}

void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  us_quic_connection_t* c = us_quic_stream_connection(s);
  const auto frame = frame_of(c);
  const bool is_request = !webtransport::is_of_session(s);
  webtransport::take_close(s, *info);  // a handler may destroy the client
  if (!is_request || pooled_of(c) == nullptr) return;
  const bool was_session = us_quic_stream_session(s) == s;
  core_of(us_quic_stream_context(s)).pool().on_stream_close(*pooled_of(c), stream_ext(s), was_session);
  ClientRequest* request = stream_ext(s).request;
  if (request != nullptr) request->on_stream_close(*info);
}

void on_open(us_quic_connection_t* c, int) {
  if (pooled_of(c) == nullptr) return;
  ClientCore& core = core_of(us_quic_connection_context(c));
  const ClientCore::Frame frame(core);
  core.pool().on_open(*pooled_of(c));
}

void on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  if (pooled_of(c) == nullptr) return;
  ClientCore& core = core_of(us_quic_connection_context(c));
  const ClientCore::Frame frame(core);
  core.pool().on_close(*pooled_of(c), *info);
}

void on_goaway(us_quic_connection_t* c) {
  if (pooled_of(c) == nullptr) return;
  ClientCore& core = core_of(us_quic_connection_context(c));
  const ClientCore::Frame frame(core);
  core.pool().drain(*pooled_of(c));
}

}  // namespace

void set_client_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_goaway(context, on_goaway);
  us_quic_socket_context_on_stream_open(context, on_stream_open);
  us_quic_socket_context_on_stream_headers(context, on_headers);
  us_quic_socket_context_on_stream_data(context, on_data);
  us_quic_socket_context_on_stream_end(context, on_end);
  us_quic_socket_context_on_stream_reset(context, on_reset);
  us_quic_socket_context_on_stream_stop(context, on_stop);
  us_quic_socket_context_on_stream_writable(context, on_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  us_quic_socket_context_on_stream_datagram(context, on_datagram);
  webtransport::set_session_callbacks(context);
}

}  // namespace usquic::client
