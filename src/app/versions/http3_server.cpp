// The context that serves HTTP/3: from the C interface's callbacks to the server and its exchanges.
#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "app/app_server.h"
#include "app/versions/http3_stream.h"

namespace usquic::app {

namespace {

// In the ext memory of a stream, which is zeroed.
struct StreamExt {
  Exchange* exchange;  // nullptr before the request's header section came
  alignas(Http3Stream) std::byte stream[sizeof(Http3Stream)];
};

StreamExt& ext_of(us_quic_stream_t* stream) {
  return *static_cast<StreamExt*>(us_quic_stream_ext(stream));
}

AppServer& server_of(us_quic_socket_context_t* context) {
  return **static_cast<AppServer**>(us_quic_socket_context_ext(context));
}

// A connection's ext memory: on_close also comes for handshakes that failed.
bool& was_open(us_quic_connection_t* connection) {
  return *static_cast<bool*>(us_quic_connection_ext(connection));
}

// Memory that is used up ends one request, whoever wanted it. Any other exception of a handler ends the process
// here, not in the middle of C.
template <class Task>
void run_for(us_quic_stream_t* stream, Task task) noexcept {
  try {
    task();
  } catch (const std::bad_alloc&) {
    Http3Stream(stream).close_with(StreamError::internal);
  }
}

// The same for a stream whose exchange has begun.
template <class Task>
void run_for_exchange(us_quic_stream_t* stream, Task task) noexcept {
  Exchange* exchange = ext_of(stream).exchange;
  if (exchange != nullptr) run_for(stream, [&] { task(*exchange); });
}

void begin_exchange(us_quic_stream_t* stream, bool has_body) {
  AppServer& server = server_of(us_quic_stream_context(stream));
  StreamExt& ext = ext_of(stream);
  ext.exchange = &server.make_exchange();
  server.take_request(*ext.exchange, *new (ext.stream) Http3Stream(stream), has_body);
}

void on_headers(us_quic_stream_t* stream, int kind, int end_stream) noexcept {
  if (kind == US_QUIC_HEADERS_TRAILERS) {
    run_for_exchange(stream, [](Exchange& exchange) { exchange.take_trailers(); });
  } else if (kind == US_QUIC_HEADERS_MESSAGE && ext_of(stream).exchange == nullptr) {
    run_for(stream, [&] { begin_exchange(stream, end_stream == 0); });
  }
}

void on_data(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept {
  const std::string_view chunk(static_cast<const char*>(data), length);
  run_for_exchange(stream, [&](Exchange& exchange) { exchange.take_data(chunk); });
}

void on_end(us_quic_stream_t* stream) noexcept {
  run_for_exchange(stream, [](Exchange& exchange) { exchange.take_end(); });
}

void on_reset(us_quic_stream_t* stream, std::uint64_t) noexcept {
  run_for_exchange(stream, [](Exchange& exchange) { exchange.peer_reset(); });
}

void on_stop(us_quic_stream_t* stream, std::uint64_t) noexcept {
  run_for_exchange(stream, [](Exchange& exchange) { exchange.peer_stopped(); });
}

void on_writable(us_quic_stream_t* stream) noexcept {
  run_for_exchange(stream, [](Exchange& exchange) { exchange.stream_writable(); });
}

void on_stream_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t*) noexcept {
  Exchange* exchange = std::exchange(ext_of(stream).exchange, nullptr);
  if (exchange != nullptr) server_of(us_quic_stream_context(stream)).release(*exchange);
}

void on_open(us_quic_connection_t* connection, int) noexcept {
  was_open(connection) = true;
  server_of(us_quic_connection_context(connection)).connection_opened();
}

void on_close(us_quic_connection_t* connection, const us_quic_close_info_t*) noexcept {
  if (was_open(connection)) server_of(us_quic_connection_context(connection)).connection_closed();
}

}  // namespace

us_quic_socket_context_t* create_http3_context(AppServer& server, us_quic_socket_context_options_t options,
                                               int* error) {
  options.stream_ext_size = sizeof(StreamExt);
  options.connection_ext_size = sizeof(bool);
  options.alpn = nullptr;  // "h3"
  options.alpn_count = 0;
  us_loop_t* loop = server.loop()->native();
  us_quic_socket_context_t* context =
      us_create_quic_socket_context(loop, &options, sizeof(AppServer*), error);
  if (context == nullptr) return nullptr;
  *static_cast<AppServer**>(us_quic_socket_context_ext(context)) = &server;
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_stream_headers(context, on_headers);
  us_quic_socket_context_on_stream_data(context, on_data);
  us_quic_socket_context_on_stream_end(context, on_end);
  us_quic_socket_context_on_stream_reset(context, on_reset);
  us_quic_socket_context_on_stream_stop(context, on_stop);
  us_quic_socket_context_on_stream_writable(context, on_writable);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  return context;
}

}  // namespace usquic::app
