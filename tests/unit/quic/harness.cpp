#include "harness.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>

#include "support/certificates.h"
#include "support/engine_under_test.h"

namespace usquic::test {

namespace {

struct TestIdentity {
  Authority authority;
  Identity leaf;
  TestIdentity() {
    LeafOptions options;
    options.dns_names = {"localhost", "other.test"};
    options.ip_addresses = {"127.0.0.1", "::1"};
    leaf = authority.issue(options);
  }
};

const TestIdentity& identity() {
  static const TestIdentity made;
  return made;
}

us_quic_blob_t blob(const std::string& text) {
  return {text.data(), text.size()};
}

}  // namespace

Peer& Peer::of(us_quic_connection_t* c) {
  return **static_cast<Peer**>(us_quic_socket_context_ext(us_quic_connection_context(c)));
}

Peer& Peer::of(us_quic_stream_t* s) {
  return of(us_quic_stream_connection(s));
}

Peer::Peer(TestLoop& loop, PeerOptions options) {
  us_quic_socket_context_options_t o = US_QUIC_OPTIONS_INIT;
  if (options.is_server) {
    o.cert = blob(identity().leaf.certificate);
    o.key = blob(identity().leaf.key);
  }
  o.ca = blob(identity().authority.certificate());
  const char* alpn = options.speaks == Speaks::raw ? "echo" : "h3";
  o.alpn = &alpn;
  o.alpn_count = 1;
  o.datagrams = 1;
  o.webtransport_sessions = options.webtransport_sessions;
  if (options.max_streams_bidi > 0) o.max_streams_bidi = options.max_streams_bidi;
  o.connection_ext_size = 64;
  o.stream_ext_size = 64;
  if (options.send_buffer_bytes > 0) o.send_buffer_bytes = options.send_buffer_bytes;
  if (options.handshake_timeout_ms > 0) o.handshake_timeout_ms = options.handshake_timeout_ms;
  o.secret = options.secret;
  o.worker_index = options.worker_index;
  o.worker_count = options.worker_count;
  o.group = options.group;
  int error = 0;
  context = us_create_quic_socket_context(loop.get(), &o, sizeof(Peer*), &error);
  EXPECT_NE(context, nullptr) << us_quic_strerror(error);
  *static_cast<Peer**>(us_quic_socket_context_ext(context)) = this;
  set_engine_protocol(*context->endpoint, alpn);
  set_connection_callbacks();
  set_stream_callbacks();
  if (options.reads_stream_datagrams || options.webtransport_sessions > 0) set_stream_datagram_callback();
  if (options.webtransport_sessions > 0) set_webtransport_callbacks();
}

void Peer::free() {
  if (context != nullptr) us_quic_socket_context_free(context);
  context = nullptr;
}

Peer::~Peer() {
  free();
  EXPECT_TRUE(is_balanced()) << live_connections_.size() << " connections and " << live_streams_.size()
                             << " streams were never closed";
}

us_quic_socket_t* Peer::listen(const char* host) {
  int error = 0;
  us_quic_socket_t* s = us_quic_socket_context_listen(context, host, 0, nullptr, 64, &error);
  EXPECT_NE(s, nullptr) << us_quic_strerror(error);
  return s;
}

us_quic_connection_t* Peer::connect(us_quic_socket_t* server, const char* host) {
  return connect(us_quic_listen_socket_port(server), host);
}

us_quic_connection_t* Peer::connect(int port, const char* host) {
  int error = 0;
  us_quic_connection_t* c = us_quic_socket_context_connect(context, host, port, 64, &error);
  EXPECT_NE(c, nullptr) << us_quic_strerror(error);
  if (c != nullptr) expect_close(c);
  return c;
}

void Peer::set_connection_callbacks() {
  us_quic_socket_context_on_open(context, [](us_quic_connection_t* c, int is_client) {
    Peer& p = of(c);
    EXPECT_EQ(is_client, us_quic_connection_is_client(c));
    EXPECT_FALSE(p.live_connections_[c].is_open) << "on_open twice";
    p.live_connections_[c].is_open = true;
    p.connections.push_back(c);
    ++p.opened;
    if (p.on_open) p.on_open(c);
  });
  us_quic_socket_context_on_close(context, [](us_quic_connection_t* c, const us_quic_close_info_t* info) {
    Peer& p = of(c);
    EXPECT_EQ(p.live_connections_.count(c), 1U) << "on_close of an unknown or closed connection";
    EXPECT_NE(info->reason, nullptr);
    for (const auto& [stream, stream_state] : p.live_streams_) {
      EXPECT_NE(us_quic_stream_connection(stream), c) << "on_close before on_stream_close";
    }
    std::erase(p.connections, c);
    p.live_connections_.erase(c);
    ++p.closed;
    p.last_close = *info;
    p.last_close.reason = nullptr;
    if (p.on_close) p.on_close(c, info);
  });
  us_quic_socket_context_on_goaway(context, [](us_quic_connection_t* c) {
    if (of(c).on_goaway) of(c).on_goaway(c);
  });
  us_quic_socket_context_on_datagram(context, [](us_quic_connection_t* c, const void* data, size_t length) {
    EXPECT_EQ(of(c).live_connections_.count(c), 1U);
    if (of(c).on_datagram) of(c).on_datagram(c, {static_cast<const char*>(data), length});
  });
}

Peer::StreamState& Peer::state(us_quic_stream_t* s) {
  EXPECT_EQ(live_streams_.count(s), 1U) << "an event of an unknown or closed stream";
  return live_streams_[s];
}

void Peer::set_stream_callbacks() {
  us_quic_socket_context_on_stream_open(context, [](us_quic_stream_t* s, int is_client) {
    Peer& p = of(s);
    EXPECT_EQ(p.live_streams_.count(s), static_cast<std::size_t>(is_client));
    EXPECT_FALSE(p.live_streams_[s].is_open) << "on_stream_open twice";
    EXPECT_GE(us_quic_stream_id(s), 0);
    p.live_streams_[s].is_open = true;
    p.live_connections_[us_quic_stream_connection(s)];
    ++p.streams_opened;
    if (p.on_stream_open) p.on_stream_open(s);
  });
  us_quic_socket_context_on_stream_headers(context, [](us_quic_stream_t* s, int kind, int) {
    EXPECT_FALSE(of(s).state(s).is_ended);
    if (of(s).on_stream_headers) of(s).on_stream_headers(s, kind);
  });
  us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void* data, size_t length) {
    Peer& p = of(s);
    EXPECT_FALSE(p.state(s).is_ended) << "data after the end";
    EXPECT_FALSE(p.state(s).is_reset) << "data after the reset";
    p.received.append(static_cast<const char*>(data), length);
    if (p.on_stream_data) p.on_stream_data(s, {static_cast<const char*>(data), length});
  });
  us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) {
    Peer& p = of(s);
    EXPECT_FALSE(p.state(s).is_ended) << "on_stream_end twice";
    p.state(s).is_ended = true;
    ++p.ended;
    if (p.on_stream_end) p.on_stream_end(s);
  });
  us_quic_socket_context_on_stream_reset(context, [](us_quic_stream_t* s, uint64_t code) {
    of(s).state(s).is_reset = true;
    if (of(s).on_stream_reset) of(s).on_stream_reset(s, code);
  });
  us_quic_socket_context_on_stream_stop(context, [](us_quic_stream_t* s, uint64_t code) {
    of(s).state(s);
    if (of(s).on_stream_stop) of(s).on_stream_stop(s, code);
  });
  us_quic_socket_context_on_stream_writable(context, [](us_quic_stream_t* s) {
    of(s).state(s);
    if (of(s).on_stream_writable) of(s).on_stream_writable(s);
  });
  us_quic_socket_context_on_stream_close(context,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
                                           Peer& p = of(s);
                                           p.state(s);
                                           p.live_streams_.erase(s);
                                           ++p.streams_closed;
                                           p.last_stream_close = *info;
                                           if (p.on_stream_close) p.on_stream_close(s, info);
                                         });
}

void Peer::set_stream_datagram_callback() {
  us_quic_socket_context_on_stream_datagram(
      context, [](us_quic_stream_t* s, const void* data, size_t length) {
        EXPECT_TRUE(of(s).state(s).is_open);
        EXPECT_FALSE(of(s).state(s).is_ended);
        if (of(s).on_stream_datagram) of(s).on_stream_datagram(s, {static_cast<const char*>(data), length});
      });
}

void Peer::set_webtransport_callbacks() {
  us_quic_socket_context_on_webtransport_close(
      context, [](us_quic_stream_t* s, std::uint32_t code, const char* reason, size_t length) {
        EXPECT_TRUE(of(s).state(s).is_open);
        EXPECT_FALSE(std::exchange(of(s).state(s).is_ended, true)) << "on_webtransport_close twice";
        if (of(s).on_webtransport_close)
          of(s).on_webtransport_close(s, code, std::string_view(reason, length));
      });
  us_quic_socket_context_on_webtransport_drain(context, [](us_quic_stream_t* s) {
    EXPECT_FALSE(of(s).state(s).is_ended);
    if (of(s).on_webtransport_drain) of(s).on_webtransport_drain(s);
  });
}

us_quic_stream_t* open_stream(Peer& peer, us_quic_connection_t* c) {
  int error = 0;
  us_quic_stream_t* s = us_quic_connection_create_stream(c, 64, &error);
  if (s != nullptr) peer.expect_close(s);
  return s;
}

bool write_all(us_quic_stream_t* s, std::string_view text) {
  return us_quic_stream_write(s, text.data(), text.size()) == static_cast<ptrdiff_t>(text.size());
}

namespace {

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

}  // namespace

int send_request(us_quic_stream_t* s, std::string_view path, bool end_stream) {
  const us_quic_header_t fields[] = {field(":method", "GET"), field(":scheme", "https"),
                                     field(":authority", "localhost"), field(":path", path)};
  return us_quic_stream_send_headers(s, fields, 4, end_stream ? 1 : 0);
}

int send_response(us_quic_stream_t* s, std::string_view status, bool end_stream) {
  const us_quic_header_t fields[] = {field(":status", status)};
  return us_quic_stream_send_headers(s, fields, 1, end_stream ? 1 : 0);
}

std::string header(us_quic_stream_t* s, std::string_view name) {
  for (size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
    const us_quic_header_t* h = us_quic_stream_header(s, i);
    if (std::string_view(h->name, h->name_length) == name) return {h->value, h->value_length};
  }
  return {};
}

int unused_port() {
  const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  socklen_t length = sizeof(any);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&any), length), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&any), &length);
  close(fd);
  return ntohs(any.sin6_port);
}

}  // namespace usquic::test
