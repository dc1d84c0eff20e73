// A socket context: configuration, callbacks, identity, and the engine's endpoint.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/list.h"
#include "base/log.h"
#include "engine/engine.h"
#include "quic/callbacks.h"
#include "quic/event_handler.h"
#include "quic/group_membership.h"
#include "quic/quic_loop.h"
#include "quic/socket.h"
#include "tls/context.h"
#include "usquic/quic.h"

struct us_quic_socket_context_t : usquic::ListHook<us_quic_socket_context_t> {
  us_quic_socket_context_t(usquic::quic::QuicLoop& quic_loop) : quic(&quic_loop), events(*this) {}

  usquic::quic::QuicLoop* const quic;
  usquic::quic::Callbacks on;
  usquic::Logger log;
  unsigned connection_ext_size = 0;
  unsigned stream_ext_size = 0;
  usquic::Duration handshake_timeout{};
  std::size_t send_buffer_bytes = 0;
  std::size_t webtransport_sessions = 0;       // of a connection
  std::uint64_t stream_datagrams_dropped = 0;  // here, beside the engine's
  // Whether all, or none, of the application protocols are HTTP/3: known before the handshake only then.
  bool is_http3_only = false;
  bool is_raw_only = false;
  // Others that share the port may share the secret, and the worker's index is not told.
  bool needs_worker_index = false;

  std::shared_ptr<usquic::tls::Context> tls;  // also of byte streams on the same port
  usquic::quic::EventHandler events;
  std::unique_ptr<usquic::engine::Endpoint> endpoint;  // uses the two above

  std::unique_ptr<usquic::quic::GroupMembership> membership;  // of a worker of a group
  usquic::List<usquic::quic::SocketLink> sockets;             // open ones
  unsigned socket_count = 0;                                  // open and closing ones
  bool is_shut_down = false;                                  // some of them may wait for handshakes to end
  bool is_freed = false;                                      // to be destroyed at the end of the iteration
};

namespace usquic::quic {

void close_all_sockets(us_quic_socket_context_t& context);

}  // namespace usquic::quic
