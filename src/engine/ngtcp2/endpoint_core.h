// What the connections of an endpoint share: its configuration, its tables, and the datagram that is being read.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <memory>

#include "base/block_pool.h"
#include "base/deadline_heap.h"
#include "crypto/packet_ciphers.h"
#include "engine/engine.h"
#include "engine/ngtcp2/connection_lists.h"
#include "engine/ngtcp2/flush_queue.h"
#include "engine/ngtcp2/library_memory.h"
#include "engine/ngtcp2/settings.h"
#include "engine/ngtcp2/socket_table.h"
#include "engine/ngtcp2/stateless_responder.h"
#include "transport/connection_ids.h"
#include "transport/early_resets.h"
#include "transport/frame_scan.h"
#include "transport/handshake_gate.h"
#include "transport/reset_tokens.h"
#include "transport/token_store.h"
#include "transport/tokens.h"

namespace usquic::engine::ngtcp2 {

struct EndpointCore {
  EndpointCore(const Config& its_config, EventHandler& its_events);
  ~EndpointCore();
  EndpointCore(const EndpointCore&) = delete;
  EndpointCore& operator=(const EndpointCore&) = delete;

  WallTime wall_now() const { return config.wall_clock.now(); }
  void count_dropped() { ++stats.datagrams_dropped; }

  // First, to go last.
  BlockPool pool;
  const LibraryMemory memory{pool};
  const Config config;
  const std::unique_ptr<crypto::PacketCiphers> packet_ciphers;  // keys that wait for their use refer to it
  EventHandler& events;
  const TransportSettings settings;
  const ngtcp2_callbacks callbacks;
  const transport::ConnectionIdFactory id_factory;
  const transport::Tokens tokens;
  transport::ConnectionIdTable ids;
  transport::ResetTokenTable reset_tokens;
  transport::TokenStore token_store;
  DeadlineHeap deadlines;
  SocketTable sockets;
  us_quic_context_stats_t stats{};
  transport::HandshakeGate handshake_gate;
  StatelessResponder responder;
  // Of the datagram that is being read.
  transport::FrameScan frame_scan;
  transport::EarlyResets early_resets;
  FlushQueue flush_queue;
  ConnectionLists connections;
  TimePoint now{};  // of the running call
};

}  // namespace usquic::engine::ngtcp2
