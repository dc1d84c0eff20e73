// Serves HTTP/3: from the C interface's callbacks to the server and its exchanges.
#include "app/app_listener.h"

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "app/app_server.h"
#include "app/versions/http3_stream.h"
#include "quic/retire_socket.h"
#include "usquic/webtransport.h"
#include "webtransport/callbacks.h"
#include "webtransport/stream_events.h"

namespace usquic::app {

namespace {

// In the ext memory of a stream, which is zeroed. Streams of WebTransport sessions that this side opened have the first
// member alone.
struct StreamExt {
  webtransport::StreamEvents* session_events;  // nullptr: it is none of a session
  Exchange* exchange;                          // nullptr before the request's header section came
  alignas(Http3Stream) std::byte stream[sizeof(Http3Stream)];
};

StreamExt& ext_of(us_quic_stream_t* stream) {
  return *static_cast<StreamExt*>(us_quic_stream_ext(stream));
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
    if (auto* events = webtransport::events_of(stream)) return events->run_out_of_memory();
    Http3Stream(stream).close_with(StreamError::internal);
  }
}

void release(us_quic_stream_t* stream) {
  Exchange* exchange = std::exchange(ext_of(stream).exchange, nullptr);
  if (exchange != nullptr) server_of(us_quic_stream_context(stream)).release(*exchange);
}

// The same for a stream whose exchange has begun. One that is over serves the next request, while the processor's
// caches hold it: until the stream closes, a round trip passes.
template <class Task>
void run_for_exchange(us_quic_stream_t* stream, Task task) noexcept {
  const StreamExt& ext = ext_of(stream);
  if (ext.exchange == nullptr) return;
  run_for(stream, [&] { task(*ext.exchange); });
  if (ext.exchange != nullptr && ext.exchange->is_over()) release(stream);
}

void begin_exchange(us_quic_stream_t* stream, bool has_body) {
  AppServer& server = server_of(us_quic_stream_context(stream));
  StreamExt& ext = ext_of(stream);
  ext.exchange = &server.make_exchange();
  server.take_request(*ext.exchange, *new (ext.stream) Http3Stream(stream), has_body);
  if (ext.session_events != nullptr) release(stream);  // the session has taken over
}

// A request opens with its header section; of the streams that clients open all others are a session's.
void on_stream_open(us_quic_stream_t* stream, int is_local) noexcept {
  if (is_local == 0) webtransport::take_opened(stream);
}

void on_headers(us_quic_stream_t* stream, int kind, int end_stream) noexcept {
  if (kind == US_QUIC_HEADERS_TRAILERS) {
    run_for_exchange(stream, [](Exchange& exchange) { exchange.take_trailers(); });
  } else if (kind == US_QUIC_HEADERS_MESSAGE && ext_of(stream).exchange == nullptr) {
    run_for(stream, [&] { begin_exchange(stream, end_stream == 0); });
  }
}

void on_data(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept {
  if (webtransport::take_data(stream, data, length)) return;
  const std::string_view chunk(static_cast<const char*>(data), length);
  run_for_exchange(stream, [&](Exchange& exchange) { exchange.take_data(chunk); });
}

void on_datagram(us_quic_stream_t* stream, const void* data, std::size_t length) noexcept {
  if (webtransport::take_datagram(stream, data, length)) return;
  const std::string_view datagram(static_cast<const char*>(data), length);
  run_for_exchange(stream, [&](Exchange& exchange) { exchange.take_datagram(datagram); });
}

void on_end(us_quic_stream_t* stream) noexcept {
  if (webtransport::take_end(stream)) return;
  run_for_exchange(stream, [](Exchange& exchange) { exchange.take_end(); });
}

void on_reset(us_quic_stream_t* stream, std::uint64_t code) noexcept {
  if (webtransport::take_reset(stream, code)) return;
  run_for_exchange(stream, [](Exchange& exchange) { exchange.peer_reset(); });
}

void on_stop(us_quic_stream_t* stream, std::uint64_t code) noexcept {
  if (webtransport::take_stop(stream, code)) return;
  run_for_exchange(stream, [](Exchange& exchange) { exchange.peer_stopped(); });
}

void on_writable(us_quic_stream_t* stream) noexcept {
  if (webtransport::take_writable(stream)) return;
  run_for_exchange(stream, [](Exchange& exchange) { exchange.stream_writable(); });
}

void on_stream_close(us_quic_stream_t* stream, const us_quic_stream_close_info_t* info) noexcept {
  const bool is_request = !webtransport::is_of_session(stream);
  webtransport::take_close(stream, *info);
  if (is_request) release(stream);
}

void on_open(us_quic_connection_t* connection, int) noexcept {
  was_open(connection) = true;
  server_of(us_quic_connection_context(connection)).connection_opened();
}

void on_close(us_quic_connection_t* connection, const us_quic_close_info_t*) noexcept {
  if (was_open(connection)) server_of(us_quic_connection_context(connection)).connection_closed();
}

class Http3Port final : public OpenPort {
 public:
  explicit Http3Port(us_quic_listen_socket_t* socket)
      : number_(us_quic_listen_socket_port(socket)), socket_(socket) {}

  int number() const override { return number_; }
  void shut() override {
    if (socket_ != nullptr) quic::retire_socket(*std::exchange(socket_, nullptr));
  }
  us_quic_listen_socket_t* quic() const override { return socket_; }
  void forget() { socket_ = nullptr; }

 private:
  const int number_;
  us_quic_listen_socket_t* socket_;
};

class Http3Listener final : public AppListener {
 public:
  // Takes over `context`, whose ext memory has room for an AppServer*.
  Http3Listener(AppServer& server, us_quic_socket_context_t* context) : context_(context) {
    *static_cast<AppServer**>(us_quic_socket_context_ext(context_)) = &server;
    us_quic_socket_context_on_open(context_, on_open);
    us_quic_socket_context_on_close(context_, on_close);
    us_quic_socket_context_on_stream_open(context_, on_stream_open);
    us_quic_socket_context_on_stream_headers(context_, on_headers);
    us_quic_socket_context_on_stream_data(context_, on_data);
    us_quic_socket_context_on_stream_datagram(context_, on_datagram);
    us_quic_socket_context_on_stream_end(context_, on_end);
    us_quic_socket_context_on_stream_reset(context_, on_reset);
    us_quic_socket_context_on_stream_stop(context_, on_stop);
    us_quic_socket_context_on_stream_writable(context_, on_writable);
    us_quic_socket_context_on_stream_close(context_, on_stream_close);
    webtransport::set_session_callbacks(context_);
  }
  ~Http3Listener() override { us_quic_socket_context_free(context_); }
  Http3Listener(const Http3Listener&) = delete;
  Http3Listener& operator=(const Http3Listener&) = delete;

  Result<OpenPort*> listen(const ListenOptions& options) override {
    us_quic_listen_options_t core{};
    core.struct_size = sizeof(core);
    core.reuse_port = options.reuse_port ? 1 : 0;
    core.ipv6_only = options.ipv6_only ? 1 : 0;
    const char* host = options.host.empty() ? nullptr : options.host.c_str();
    int error = US_QUIC_OK;
    us_quic_listen_socket_t* socket =
        us_quic_socket_context_listen(context_, host, options.port, &core, 0, &error);
    if (socket == nullptr) return Error{error};
    return ports_.emplace_back(std::make_unique<Http3Port>(socket)).get();
  }
  Result<void> add_server_name(const std::string& pattern,
                               const us_quic_socket_context_options_t& identity) override {
    return Result<void>::of_code(
        us_quic_socket_context_add_server_name(context_, pattern.c_str(), &identity));
  }
  Result<void> remove_server_name(const std::string& pattern) override {
    return Result<void>::of_code(us_quic_socket_context_remove_server_name(context_, pattern.c_str()));
  }

  void stop_accepting() override {
    forget_ports();
    us_quic_socket_context_shutdown(context_);
  }
  void close() override {
    forget_ports();
    us_quic_socket_context_close(context_);
  }
  bool has_open_handshakes() const override {
    us_quic_context_stats_t stats{};
    us_quic_socket_context_stats(context_, &stats);
    return stats.handshakes_open > 0;
  }
  us_quic_socket_context_t* native() const override { return context_; }

 private:
  // Its context closes them.
  void forget_ports() {
    for (const auto& port : ports_) port->forget();
  }

  us_quic_socket_context_t* context_;
  std::vector<std::unique_ptr<Http3Port>> ports_;
};

}  // namespace

Result<std::unique_ptr<AppListener>> create_http3_listener(AppServer& server,
                                                           us_quic_socket_context_options_t options) {
  options.stream_ext_size = sizeof(StreamExt);
  options.connection_ext_size = sizeof(bool);
  options.alpn = nullptr;  // "h3"
  options.alpn_count = 0;
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context =
      us_create_quic_socket_context(server.loop()->native(), &options, sizeof(AppServer*), &error);
  if (context == nullptr) return Error{error};
  return std::unique_ptr<AppListener>(std::make_unique<Http3Listener>(server, context));
}

}  // namespace usquic::app
