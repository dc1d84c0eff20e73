// What the quic module's tests share: a loop that is run by steps, and a context whose callbacks are C++
// functions and whose every event is checked against the order that usquic/quic.h promises.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "quic/connection.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "support/test_loop.h"
#include "usquic/quic.h"
#include "usquic/webtransport.h"

namespace usquic::test {

inline constexpr us_quic_header_t status_200 = {":status", 7, "200", 3, 0};

enum class Speaks { http3, raw };

struct PeerOptions {
  Speaks speaks = Speaks::raw;
  bool is_server = false;
  bool reads_stream_datagrams = false;
  std::size_t webtransport_sessions = 0;
  std::uint64_t max_streams_bidi = 0;  // 0 = default
  std::size_t send_buffer_bytes = 0;   // 0 = default
  unsigned handshake_timeout_ms = 0;   // 0 = default
  const std::uint8_t* secret = nullptr;
  int worker_index = -1;
  unsigned worker_count = 0;
  us_quic_group_t* group = nullptr;
};

class Peer {
 public:
  Peer(TestLoop& loop, PeerOptions options);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  us_quic_socket_context_t* context = nullptr;
  // What the engine under test can do.
  const engine::Capabilities& capabilities() const { return context->endpoint->capabilities(); }
  // Listens on 127.0.0.1 (any free port).
  us_quic_socket_t* listen(const char* host = "127.0.0.1");
  us_quic_connection_t* connect(us_quic_socket_t* server, const char* host = "127.0.0.1");
  us_quic_connection_t* connect(int port, const char* host = "127.0.0.1");
  // Frees the context; close callbacks run inside.
  void free();
  // The context is gone, or about to be freed by someone else.
  void forget() { context = nullptr; }

  std::function<void(us_quic_connection_t*)> on_open, on_goaway;
  std::function<void(us_quic_connection_t*, const us_quic_close_info_t*)> on_close;
  std::function<void(us_quic_connection_t*, std::string_view)> on_datagram;
  std::function<void(us_quic_stream_t*)> on_stream_open, on_stream_end, on_stream_writable;
  std::function<void(us_quic_stream_t*, int)> on_stream_headers;
  std::function<void(us_quic_stream_t*, std::string_view)> on_stream_data, on_stream_datagram;
  std::function<void(us_quic_stream_t*, std::uint64_t)> on_stream_reset, on_stream_stop;
  std::function<void(us_quic_stream_t*, const us_quic_stream_close_info_t*)> on_stream_close;
  std::function<void(us_quic_stream_t*, std::uint32_t code, std::string_view reason)> on_webtransport_close;
  std::function<void(us_quic_stream_t*)> on_webtransport_drain;

  int opened = 0, closed = 0, streams_opened = 0, streams_closed = 0, ended = 0;
  std::string received;  // body bytes of all streams
  us_quic_close_info_t last_close{};
  us_quic_stream_close_info_t last_stream_close{};
  std::vector<us_quic_connection_t*> connections;  // open ones
  // Everything that was made in this context was told its end.
  bool is_balanced() const { return live_connections_.empty() && live_streams_.empty(); }
  // For handles made by API calls: they must see their close.
  void expect_close(us_quic_connection_t* c) { live_connections_[c]; }
  void expect_close(us_quic_stream_t* s) { live_streams_[s]; }

 private:
  struct ConnectionState {
    bool is_open = false;
  };
  struct StreamState {
    bool is_open = false, is_ended = false, is_reset = false;
  };
  static Peer& of(us_quic_connection_t* c);
  static Peer& of(us_quic_stream_t* s);
  void set_connection_callbacks();
  void set_stream_callbacks();
  void set_stream_datagram_callback();
  void set_webtransport_callbacks();
  StreamState& state(us_quic_stream_t* s);

  std::map<us_quic_connection_t*, ConnectionState> live_connections_;
  std::map<us_quic_stream_t*, StreamState> live_streams_;
};

// A stream that Peer watches.
us_quic_stream_t* open_stream(Peer& peer, us_quic_connection_t* c);
bool write_all(us_quic_stream_t* s, std::string_view text);
// A minimal request and response.
int send_request(us_quic_stream_t* s, std::string_view path, bool end_stream);
int send_response(us_quic_stream_t* s, std::string_view status, bool end_stream);
std::string header(us_quic_stream_t* s, std::string_view name);
// A UDP port of 127.0.0.1 and ::1 on which nothing listens.
int unused_port();

}  // namespace usquic::test
