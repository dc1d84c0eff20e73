// What the connections of an endpoint share: its configuration and its tables.
#pragma once

#include <array>
#include <memory>

#include "base/block_pool.h"
#include "base/deadline_heap.h"
#include "base/list.h"
#include "engine/engine.h"
#include "engine/lsquic/outbox.h"
#include "engine/lsquic/peer_table.h"
#include "engine/lsquic/roles.h"
#include "engine/lsquic/socket_table.h"
#include "transport/connection_ids.h"
#include "transport/handshake_gate.h"

namespace usquic::engine::lsquic {

class LibraryEngine;
class LsquicConnection;
class TlsDriver;

struct DirtyTag {};    // the application asked for something that the next flush does
struct RetiredTag {};  // to be freed at the end of the call
struct AllTag {};

struct EndpointCore {
  EndpointCore(const Config& its_config, EventHandler& its_events);
  ~EndpointCore();
  EndpointCore(const EndpointCore&) = delete;
  EndpointCore& operator=(const EndpointCore&) = delete;

  void count_dropped() { ++stats.datagrams_dropped; }
  // Makes the engine of a role when it is first needed. Errors: what TLS says, US_QUIC_E_NOMEM.
  Result<LibraryEngine*> engine_of(Role role);

  void add(std::unique_ptr<LsquicConnection> c);
  void retire(LsquicConnection& c);
  void collect();
  // Of a server's peer: it counts until end_handshake(); handshake_failed() forgets it, too.
  void begin_handshake(Peer& peer);
  void end_handshake(Peer& peer);
  void handshake_failed(Peer& peer);
  // lsquic has no connection of the peer any more.
  void forget(Peer& peer);

  // First, to go last.
  BlockPool pool;
  const Config config;
  EventHandler& events;
  const transport::ConnectionIdFactory id_factory;
  transport::HandshakeGate handshake_gate;
  DeadlineHeap deadlines;
  SocketTable sockets;
  PeerTable peers;
  Outbox outbox{sockets, peers};
  us_quic_context_stats_t stats{};
  List<LsquicConnection, AllTag> connections;
  List<LsquicConnection, DirtyTag> dirty;
  List<LsquicConnection, RetiredTag> retired;
  std::unique_ptr<TlsDriver> tls;
  std::array<std::unique_ptr<LibraryEngine>, all_roles.size()> engines;
  // The first connection ID of the client's connection that is being made.
  std::optional<transport::ConnectionId> next_id;
  std::uint64_t runs = 0;  // of lsquic_engine_process_conns(), up to the one that is going on
  TimePoint now{};         // of the running call
  bool is_silent = false;  // the endpoint is being destroyed: nobody is told anything
};

}  // namespace usquic::engine::lsquic
