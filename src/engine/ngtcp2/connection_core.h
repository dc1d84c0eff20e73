// What the parts of a connection share: its endpoint, its path, ngtcp2's object and the HTTP/3 codec, and how
// far its life has come.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "engine/engine.h"
#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/endpoint_core.h"
#include "http3/codec.h"
#include "transport/connection_state.h"
#include "transport/graceful_end.h"
#include "transport/handshake_counts.h"
#include "transport/http_idle.h"
#include "transport/stream_state.h"
#include "transport/traffic_counts.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionCore {
  enum class Protocol : std::uint8_t { undecided, raw, http3 };

  ConnectionCore(QuicConnection& its_connection, EndpointCore& its_endpoint, const Path& its_path,
                 bool client);
  ConnectionCore(const ConnectionCore&) = delete;
  ConnectionCore& operator=(const ConnectionCore&) = delete;

  bool is_active() const { return life.is_active(); }
  bool is_raw() const { return protocol == Protocol::raw; }
  bool is_http3() const { return protocol == Protocol::http3; }
  bool may_notify() const { return handle.is_held(); }

  EventHandler& events() const { return endpoint.events; }
  const Config& config() const { return endpoint.config; }
  TimePoint now() const { return endpoint.now; }  // of the running call
  // And says so in SETTINGS (RFC 9297 section 2.1.1).
  bool reads_stream_datagrams() const { return config().datagrams && events().takes_stream_datagrams(); }
  // Whether datagrams of streams can be sent now: 0, or why not.
  int check_stream_datagrams() const;
  // Whether this side may open such a stream, as far as is known.
  bool may_create(const transport::StreamKind& kind) const;
  void mark_dirty() { endpoint.flush_queue.add(connection, endpoint.now); }

  // The peer may send that much more, on the stream and in all.
  void credit(std::int64_t id, std::uint64_t length);
  // What a close without an error says.
  ApplicationError no_error() const;
  // What a stream ends with when the application walked away from it.
  std::uint64_t abandon_code() const;

  // The connection ends with this reason at the next chance. What ngtcp2's callbacks return then.
  int fail(CloseReason reason) {
    failure = std::move(reason);
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  int fail_http3(http3::ConnectionError error);

  QuicConnection& connection;
  EndpointCore& endpoint;
  Path path;
  Address local_for_ngtcp2;
  const std::size_t max_udp_payload;  // bytes of the largest datagram to send
  SocketState* socket_state;          // nullptr once it is gone
  ngtcp2_conn* library = nullptr;
  std::unique_ptr<http3::Codec> codec;  // of HTTP/3
  const bool is_client;
  const transport::HandshakeCounts::Key sender;  // where its first packet came from
  Protocol protocol = Protocol::undecided;
  bool is_handshake_complete = false;
  bool peer_is_going_away = false;
  transport::ConnectionLife life;
  transport::HandleState handle;
  std::optional<CloseReason> failure;   // to be ended with at the next chance
  const CloseReason* ending = nullptr;  // while the streams' ends are notified: why; no new streams
  transport::GracefulEnd graceful_end;
  transport::HttpIdle http_idle;
  transport::TrafficCounts traffic;
};

}  // namespace usquic::engine::ngtcp2
