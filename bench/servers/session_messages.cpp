// What a message costs in a WebTransport session, beside raw QUIC: a client and a server in one process, on one loop.
//
//   session_messages raw|webtransport streams|datagrams COUNT
//
// streams: COUNT bidirectional streams, at most 64 at once, of 100 bytes each, which the server sends back. datagrams:
// COUNT datagrams of 100 bytes, at most 64 in flight, which the server sends back. Fails when a datagram that was
// accepted does not come back.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "usquic/usquic.h"

namespace {

constexpr std::size_t message_bytes = 100;
constexpr std::uint64_t most_at_once = 64;

struct Run {
  bool is_webtransport = false;
  bool has_datagrams = false;
  std::uint64_t count = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  us_loop_t* loop = nullptr;
  us_quic_socket_context_t* server = nullptr;
  us_quic_socket_context_t* client = nullptr;
  us_quic_connection_t* connection = nullptr;
  us_quic_stream_t* session = nullptr;
  std::string message = std::string(message_bytes, 'm');

  void fail(const char* what, int error) const {
    std::fprintf(stderr, "session_messages: %s: %s\n", what, us_quic_strerror(error));
    std::exit(1);
  }
  // As many as may be under way.
  void go_on() {
    while (sent < count && sent - answered < most_at_once) {
      if (!(has_datagrams ? send_datagram() : open_stream())) return;
      ++sent;
    }
  }
  bool send_datagram() {
    const int error = is_webtransport
                          ? us_quic_stream_send_datagram(session, message.data(), message.size())
                          : us_quic_connection_send_datagram(connection, message.data(), message.size());
    if (error == US_QUIC_E_AGAIN) return false;
    if (error != 0) fail("a datagram", error);
    return true;
  }
  bool open_stream() {
    int error = 0;
    us_quic_stream_t* s = is_webtransport ? us_quic_webtransport_create_stream(session, 0, &error)
                                          : us_quic_connection_create_stream(connection, 0, &error);
    if (s == nullptr) fail("a stream", error);
    us_quic_stream_write(s, message.data(), message.size());
    us_quic_stream_shutdown(s);
    return true;
  }
  void answer() {
    if (++answered < count) return go_on();
    is_done = true;
    us_quic_socket_context_close(client);
    us_quic_socket_context_close(server);
  }
  bool is_done = false;
};

Run& run_of(us_quic_socket_context_t* context) {
  return **static_cast<Run**>(us_quic_socket_context_ext(context));
}

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

void begin(us_quic_connection_t* c, int is_client) {
  if (is_client == 0) return;
  Run& run = run_of(us_quic_connection_context(c));
  run.connection = c;
  if (!run.is_webtransport) return run.go_on();
  const us_quic_header_t fields[] = {field(":authority", "localhost"), field(":path", "/")};
  int error = 0;
  run.session = us_quic_webtransport_connect(c, fields, 2, 0, &error);
  if (run.session == nullptr) run.fail("a session", error);
}

us_quic_socket_context_t* make_context(Run& run, const char* cert, const char* key) {
  us_quic_socket_context_options_t o = US_QUIC_OPTIONS_INIT;
  const char* alpn = run.is_webtransport ? "h3" : "echo";
  o.alpn = &alpn;
  o.alpn_count = 1;
  o.datagrams = 1;
  o.webtransport_sessions = run.is_webtransport ? 1 : 0;
  o.reject_unauthorized = 0;
  if (cert != nullptr) {
    o.cert = {cert, std::strlen(cert)};
    o.key = {key, std::strlen(key)};
  }
  int error = 0;
  us_quic_socket_context_t* context = us_create_quic_socket_context(run.loop, &o, sizeof(Run*), &error);
  if (context == nullptr) run.fail("a context", error);
  *static_cast<Run**>(us_quic_socket_context_ext(context)) = &run;
  return context;
}

// The server sends everything back.
void make_echo(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_stream_headers(
      context, [](us_quic_stream_t* s, int, int) { us_quic_webtransport_accept(s, nullptr, 0); });
  us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void* data, size_t length) {
    us_quic_stream_write(s, data, length);
  });
  us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) { us_quic_stream_shutdown(s); });
  us_quic_socket_context_on_stream_datagram(context,
                                            [](us_quic_stream_t* s, const void* data, size_t length) {
                                              us_quic_stream_send_datagram(s, data, length);
                                            });
  us_quic_socket_context_on_datagram(context, [](us_quic_connection_t* c, const void* data, size_t length) {
    us_quic_connection_send_datagram(c, data, length);
  });
}

void make_client(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_open(context, begin);
  us_quic_socket_context_on_stream_headers(
      context, [](us_quic_stream_t* s, int, int) { run_of(us_quic_stream_context(s)).go_on(); });
  us_quic_socket_context_on_stream_end(
      context, [](us_quic_stream_t* s) { run_of(us_quic_stream_context(s)).answer(); });
  us_quic_socket_context_on_stream_datagram(
      context, [](us_quic_stream_t* s, const void*, size_t) { run_of(us_quic_stream_context(s)).answer(); });
  us_quic_socket_context_on_datagram(context, [](us_quic_connection_t* c, const void*, size_t) {
    run_of(us_quic_connection_context(c)).answer();
  });
  us_quic_socket_context_on_close(context, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    Run& run = run_of(us_quic_connection_context(c));
    if (run.is_done) return;
    std::fprintf(stderr, "session_messages: %llu of %llu were sent, %llu answered\n",
                 static_cast<unsigned long long>(run.sent), static_cast<unsigned long long>(run.count),
                 static_cast<unsigned long long>(run.answered));
    run.fail("the connection", info->error);
  });
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  if (argc != 4) {
    std::fprintf(stderr, "usage: session_messages raw|webtransport streams|datagrams COUNT\n");
    return 2;
  }
  run.is_webtransport = std::strcmp(argv[1], "webtransport") == 0;
  run.has_datagrams = std::strcmp(argv[2], "datagrams") == 0;
  run.count = std::strtoull(argv[3], nullptr, 10);
  char cert[4096];
  char key[4096];
  if (us_quic_development_certificate(1, cert, sizeof(cert), key, sizeof(key), nullptr) != 0) return 1;
  run.loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  run.server = make_context(run, cert, key);
  run.client = make_context(run, nullptr, nullptr);
  make_echo(run.server);
  make_client(run.client);
  int error = 0;
  us_quic_listen_socket_t* socket =
      us_quic_socket_context_listen(run.server, "127.0.0.1", 0, nullptr, 0, &error);
  if (socket == nullptr) run.fail("listening", error);
  us_quic_socket_context_connect(run.client, "127.0.0.1", us_quic_listen_socket_port(socket), 0, &error);
  us_loop_run(run.loop);
  us_loop_free(run.loop);
  std::printf("%llu messages\n", static_cast<unsigned long long>(run.answered));
  return 0;
}
