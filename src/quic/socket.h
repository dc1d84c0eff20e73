// A QUIC socket: one UDP socket that many connections share. Listening or not makes no other type.
#pragma once

#include "base/deadline_heap.h"
#include "base/list.h"
#include "base/result.h"
#include "base/time.h"
#include "udp/udp_socket.h"
#include "usquic/quic.h"

namespace usquic::quic {

// The list hook of a socket: a base class of us_quic_socket_t would stand before its UDP socket.
struct SocketLink : ListHook<SocketLink> {
  explicit SocketLink(us_quic_socket_t* owner) : socket(owner) {}
  us_quic_socket_t* const socket;
};

}  // namespace usquic::quic

struct us_quic_socket_t {
  us_udp_socket_t udp;  // first member: a us_quic_socket_t* is a us_udp_socket_t*

  explicit us_quic_socket_t(us_quic_socket_context_t* parent);
  ~us_quic_socket_t();
  us_quic_socket_t(const us_quic_socket_t&) = delete;
  us_quic_socket_t& operator=(const us_quic_socket_t&) = delete;
  static us_quic_socket_t* from_udp(us_udp_socket_t& udp_socket) {
    return reinterpret_cast<us_quic_socket_t*>(&udp_socket);
  }
  us_quic_socket_t* self() const { return link.socket; }
  void unblock_engine();

  us_quic_socket_context_t* const context;
  usquic::quic::SocketLink link;        // in its context's list, then in its loop's of closing sockets
  usquic::quic::SocketLink flush_link;  // while packets for it are being written
  usquic::List<us_quic_connection_t> connections;          // live
  usquic::List<us_quic_connection_t> closing_connections;  // closed, not yet told
  unsigned connection_count = 0;                           // all that are not freed
  unsigned stream_ext_size;                                // of streams that its connections' peers open
  bool is_closed = false;
  bool closes_with_last_connection = false;
  bool is_shut_down = false;     // closes as soon as it has no connection and no handshake
  bool takes_newcomers = false;  // of a group: what other workers send on
  bool is_blocked = false;       // the engine was given no room
  usquic::TimePoint closing_deadline = usquic::never;
  usquic::DeadlineEntry closing_timer;  // wakes the loop when it has come
  const usquic::DeadlinePlace closing_place;
};

namespace usquic::quic {

// A new us_quic_socket_t and its UDP socket.
Result<us_quic_socket_t*> open_socket(us_quic_socket_context_t& context, const Address& local,
                                      const udp::OpenOptions& options, unsigned ext_size);
// The same to listen on, where the context may be a worker of a group: then the port is the other workers' too.
Result<us_quic_socket_t*> open_listen_socket(us_quic_socket_context_t& context, const Address& local,
                                             const udp::OpenOptions& options, unsigned ext_size);
void close_socket(us_quic_socket_t& socket);
// Other workers of a group send no new clients to this one from here on.
void end_newcomers(us_quic_socket_t& socket);
// For sockets that close with their last connection: closes when there is none left, and none to come.
void close_socket_if_idle(us_quic_socket_t& socket);

}  // namespace usquic::quic
