// What the parts of a connection share: its endpoint, its path, lsquic's object, and how far its life has come.
#pragma once

#include <lsquic.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "engine/lsquic/close_reason.h"
#include "engine/lsquic/endpoint_core.h"
#include "transport/connection_state.h"
#include "transport/datagram_queue.h"
#include "transport/graceful_end.h"
#include "transport/http_idle.h"
#include "transport/traffic_counts.h"
#include "transport/transport_error.h"
#include "transport/waste_limits.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::lsquic {

class LsquicConnection;

struct ConnectionCore {
  enum class Protocol : std::uint8_t { undecided, raw, http3 };

  ConnectionCore(LsquicConnection& its_connection, EndpointCore& its_endpoint, Peer& its_peer,
                 const Path& its_path, bool client);
  ConnectionCore(const ConnectionCore&) = delete;
  ConnectionCore& operator=(const ConnectionCore&) = delete;

  bool is_active() const { return life.is_active(); }
  bool is_raw() const { return protocol == Protocol::raw; }
  bool is_http3() const { return protocol == Protocol::http3; }
  bool may_notify() const { return handle.is_held() && !endpoint.is_silent; }
  EventHandler& events() const { return endpoint.events; }
  const Config& config() const { return endpoint.config; }
  TimePoint now() const { return endpoint.now; }  // of the running call
  void mark_dirty();
  // What lsquic counts, or counted last.
  const lsquic_conn_info& measures();
  // What a close without an error says.
  std::uint64_t no_error() const { return is_http3() ? std::uint64_t{US_QUIC_H3_NO_ERROR} : 0; }
  // Ends with this reason at the next chance.
  void fail(CloseReason reason) {
    if (!failure) failure = std::move(reason);
    mark_dirty();
  }

  LsquicConnection& connection;
  EndpointCore& endpoint;
  Peer* peer;  // nullptr once it is gone
  Path path;
  lsquic_conn_t* library = nullptr;
  const bool is_client;
  Protocol protocol = Protocol::undecided;
  bool is_handshake_complete = false;
  TimePoint handshake_at{};         // when it was completed, as the next
  std::uint64_t handshake_run = 0;  // EndpointCore::runs
  bool peer_is_going_away = false;
  transport::ConnectionLife life;
  transport::HandleState handle;
  std::optional<CloseReason> peer_close;  // a CONNECTION_CLOSE that came
  std::optional<CloseReason> failure;     // to be ended with at the next chance
  const CloseReason* ending = nullptr;    // while the streams' ends are notified: why; no new streams
  std::size_t unconsumed = 0;             // body bytes of all streams that the application has not taken
  transport::GracefulEnd graceful_end;
  transport::HttpIdle http_idle;
  transport::TrafficCounts traffic;
  transport::DatagramQueue datagrams;
  transport::WasteLimits waste;
  lsquic_conn_info latest_measures{};
};

}  // namespace usquic::engine::lsquic
