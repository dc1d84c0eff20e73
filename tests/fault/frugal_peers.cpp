#include "frugal_peers.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

namespace usquic::test {
namespace {

// In the ext memory of contexts, connections and streams.
struct ContextExt {
  Tally* tally;
  bool is_raw;
};
struct ConnectionExt {
  bool is_told_closed;
  int streams;
};
struct StreamExt {
  bool is_told_closed;
  bool has_ended;
  std::size_t sent;
  std::size_t received;
};

template <class Ext>
Ext& ext(us_quic_stream_t* s) {
  return *static_cast<Ext*>(us_quic_stream_ext(s));
}

ConnectionExt& ext(us_quic_connection_t* c) {
  return *static_cast<ConnectionExt*>(us_quic_connection_ext(c));
}

ContextExt& ext(us_quic_socket_context_t* context) {
  return *static_cast<ContextExt*>(us_quic_socket_context_ext(context));
}

Tally& tally_of(us_quic_stream_t* s) {
  return *ext(us_quic_stream_context(s)).tally;
}

template <std::size_t name_size, std::size_t value_size>
constexpr us_quic_header_t field(const char (&name)[name_size], const char (&value)[value_size]) {
  return {name, name_size - 1, value, value_size - 1, 0};
}

const std::array<char, FrugalPeers::body_bytes>& body() {
  static const auto made = [] {
    std::array<char, FrugalPeers::body_bytes> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = body_byte(i);
    return bytes;
  }();
  return made;
}

// What came is what was sent, so the server sends from the same bytes.
void send(us_quic_stream_t* s, std::size_t until, bool is_last) {
  StreamExt& e = ext<StreamExt>(s);
  while (e.sent < until) {
    const std::ptrdiff_t accepted = us_quic_stream_write(s, body().data() + e.sent, until - e.sent);
    if (accepted < 0) return us_quic_stream_close(s);
    if (accepted == 0) return;
    e.sent += static_cast<std::size_t>(accepted);
  }
  if (is_last && us_quic_stream_shutdown(s) != 0) us_quic_stream_close(s);
}

void send_more(us_quic_stream_t* s) {
  const StreamExt& e = ext<StreamExt>(s);
  if (us_quic_stream_is_client(s) != 0) return send(s, body().size(), true);
  send(s, e.received, e.has_ended);
}

void on_open(us_quic_connection_t* c, int is_client) {
  if (is_client == 0) ++ext(us_quic_connection_context(c)).tally->connections;
}

void on_close(us_quic_connection_t* c, const us_quic_close_info_t* info) {
  Tally& tally = *ext(us_quic_connection_context(c)).tally;
  if (ext(c).is_told_closed) ++tally.broken_promises;
  ext(c).is_told_closed = true;
  ++tally.connection_closes;
  tally.error = info->error;
}

void on_stream_open(us_quic_stream_t* s, int is_client) {
  if (is_client == 0) ++tally_of(s).streams;
}

void on_stream_headers(us_quic_stream_t* s, int /*kind*/, int /*end_stream*/) {
  static constexpr us_quic_header_t response[] = {field(":status", "200")};
  if (us_quic_stream_is_client(s) == 0 && us_quic_stream_send_headers(s, response, 1, 0) != 0) {
    us_quic_stream_close(s);
  }
}

void on_stream_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  StreamExt& e = ext<StreamExt>(s);
  const auto* bytes = static_cast<const char*>(data);
  const bool is_right =
      e.received + length <= body().size() &&
      std::equal(bytes, bytes + length, body().begin() + static_cast<std::ptrdiff_t>(e.received));
  if (!is_right) {
    ++tally_of(s).broken_promises;
    return us_quic_stream_close(s);
  }
  e.received += length;
  if (us_quic_stream_is_client(s) == 0) send_more(s);
}

void on_stream_end(us_quic_stream_t* s) {
  ext<StreamExt>(s).has_ended = true;
  if (us_quic_stream_is_client(s) == 0) send_more(s);
}

void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
  StreamExt& e = ext<StreamExt>(s);
  Tally& tally = tally_of(s);
  if (e.is_told_closed) ++tally.broken_promises;
  e.is_told_closed = true;
  ++tally.stream_closes;
  if (us_quic_stream_is_client(s) == 0) return;
  if (info->reason == US_QUIC_OK) {
    ++(e.has_ended && e.received == body().size() ? tally.right_streams : tally.broken_promises);
  }
  us_quic_connection_t* c = us_quic_stream_connection(s);
  if (--ext(c).streams == 0) us_quic_connection_close(c, 0, nullptr);
}

}  // namespace

FrugalPeers::FrugalPeers(const char* alpn)
    : is_raw_(std::string_view(alpn) != "h3"),
      loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)),
      client_context_(make_context(alpn, client_, false)),
      server_context_(make_context(alpn, server_, true)),
      listen_socket_(us_quic_socket_context_listen(server_context_, "127.0.0.1", 0, nullptr, 0, nullptr)) {
  if (listen_socket_ == nullptr) throw std::runtime_error("cannot listen");
}

const DevelopmentCertificate& FrugalPeers::certificate() {
  static const DevelopmentCertificate made = DevelopmentCertificate::make();
  return made;
}

FrugalPeers::~FrugalPeers() {
  us_loop_free(loop_);
}

us_quic_socket_context_t* FrugalPeers::make_context(const char* alpn, Tally& tally, bool is_server) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.alpn = &alpn;
  options.alpn_count = 1;
  options.connection_ext_size = sizeof(ConnectionExt);
  options.stream_ext_size = sizeof(StreamExt);
  // What goes wrong without a word is to be over soon.
  options.handshake_timeout_ms = 400;
  options.idle_timeout_ms = 400;
  options.ca = {certificate().cert.data(), certificate().cert.size()};
  if (is_server) {
    options.ca = {};
    options.cert = {certificate().cert.data(), certificate().cert.size()};
    options.key = {certificate().key.data(), certificate().key.size()};
  }
  us_quic_socket_context_t* context =
      us_create_quic_socket_context(loop_, &options, sizeof(ContextExt), nullptr);
  if (context == nullptr) throw std::runtime_error("no context");
  ext(context) = {&tally, is_raw_};
  us_quic_socket_context_on_open(context, on_open);
  us_quic_socket_context_on_close(context, on_close);
  us_quic_socket_context_on_stream_open(context, on_stream_open);
  us_quic_socket_context_on_stream_headers(context, on_stream_headers);
  us_quic_socket_context_on_stream_data(context, on_stream_data);
  us_quic_socket_context_on_stream_end(context, on_stream_end);
  us_quic_socket_context_on_stream_writable(context, send_more);
  us_quic_socket_context_on_stream_close(context, on_stream_close);
  return context;
}

void FrugalPeers::start(const char* host) {
  start(host, us_quic_listen_socket_port(listen_socket_));
}

void FrugalPeers::start(const char* host, int port) {
  static constexpr us_quic_header_t request[] = {field(":method", "POST"), field(":scheme", "https"),
                                                 field(":authority", "localhost"), field(":path", "/echo"),
                                                 field("user-agent", "frugal")};
  us_quic_connection_t* c =
      us_quic_socket_context_connect(client_context_, host, port, sizeof(ConnectionExt), nullptr);
  if (c == nullptr) return;
  ++client_.connections;
  // One more, so that the last request's end does not close the connection before the next is made.
  ext(c).streams = 1;
  for (int i = 0; i < requests_each; ++i) {
    us_quic_stream_t* s = us_quic_connection_create_stream(c, sizeof(StreamExt), nullptr);
    if (s == nullptr) continue;
    ++client_.streams;
    ++ext(c).streams;
    if (!is_raw_ && us_quic_stream_send_headers(s, request, std::size(request), 0) != 0) {
      us_quic_stream_close(s);
      continue;
    }
    send_more(s);
  }
  if (--ext(c).streams == 0) us_quic_connection_close(c, 0, nullptr);
}

void FrugalPeers::run(int iterations) {
  for (int i = 0; i < iterations; ++i) us_loop_tick(loop_);
}

bool FrugalPeers::settle(int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!client_.is_settled() || !server_.is_settled()) {
    if (std::chrono::steady_clock::now() > end) return false;
    pollfd readable{us_loop_fd(loop_), POLLIN, 0};
    poll(&readable, 1, 50);
    us_loop_tick(loop_);
  }
  return true;
}

}  // namespace usquic::test
