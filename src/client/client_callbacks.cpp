// From the C interface's callbacks to the client's objects.
#include "client/client_core.h"

namespace usquic::client {
namespace {

ClientCore& core_of(us_quic_socket_context_t* context) {
  return **static_cast<ClientCore**>(us_quic_socket_context_ext(context));
}

// The request of a stream that is still somebody's, or nullptr.
ClientRequest* request_of(us_quic_stream_t* s) {
  return pooled_of(us_quic_stream_connection(s)) != nullptr ? stream_ext(s).request : nullptr;
}

template <class Task>
void run_for_request(us_quic_stream_t* s, Task task) {
  ClientRequest* request = request_of(s);
  if (request == nullptr) return;
  const ClientCore::Frame frame(core_of(us_quic_stream_context(s)));
  task(*request);
}

void on_headers(us_quic_stream_t* s, int kind, int end_stream) {
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_headers(kind, end_stream != 0); });
}

void on_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  const std::string_view chunk(static_cast<const char*>(data), length);
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_data(chunk); });
}

void on_end(us_quic_stream_t* s) {
  run_for_request(s, [](ClientRequest& request) { request.on_stream_end(); });
}

void on_reset(us_quic_stream_t* s, std::uint64_t code) {
  run_for_request(s, [&](ClientRequest& request) { request.on_stream_reset(code); });
}

void on_stop(us_quic_stream_t* s, std::uint64_t) {
  run_for_request(s, [](ClientRequest& request) { request.on_stream_stop(); });
}

void on_writable(us_quic_stream_t* s) {
  run_for_request(s, [](ClientRequest& request) { request.on_stream_writable(); });
}

void on_stream_open(us_quic_stream_t* s, int) {
  PooledConnection* connection = pooled_of(us_quic_stream_connection(s));
  if (connection == nullptr) return;
  ClientCore& core = core_of(us_quic_stream_context(s));
  const ClientCore::Frame frame(core);
  core.pool().on_stream_open(*connection, stream_ext(s));
  if (ClientRequest* request = stream_ext(s).request) request->on_stream_open();
}

void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  PooledConnection* connection = pooled_of(us_quic_stream_connection(s));
  if (connection == nullptr) return;
  ClientCore& core = core_of(us_quic_stream_context(s));
  const ClientCore::Frame frame(core);
  core.pool().on_stream_close(*connection, stream_ext(s));
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
}

}  // namespace usquic::client
