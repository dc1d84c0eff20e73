// What the quic module keeps for one loop: its contexts, what waits to be told, what waits to be freed; and its
// part of each iteration. Made with the loop's first context, gone with the loop.
#pragma once

#include <vector>

#include "base/block_pool.h"
#include "base/deadline_heap.h"
#include "base/list.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "quic/connect/resolver.h"
#include "quic/event_queue.h"
#include "quic/socket.h"
#include "udp/udp_socket.h"
#include "usquic/quic.h"

namespace usquic::quic {

class GroupMembership;

class QuicLoop final : public loop::Hooks, public us_udp_socket_t::Handler {
 public:
  explicit QuicLoop(us_loop_t* loop);
  ~QuicLoop() override;

  static QuicLoop* find(us_loop_t* loop);
  // Makes one when there is none yet.
  static QuicLoop& of(us_loop_t* loop);

  us_loop_t* loop() const { return loop_; }
  TimePoint now() const { return loop::now(loop_); }
  bool is_closing() const { return is_closing_; }
  // An application's callback is on the stack, or memory is being swept: free nothing now.
  bool is_busy() const { return callback_depth > 0 || is_sweeping || loop::is_in_iteration(loop_); }

  // Runs every context's flush, or one context's.
  void flush_context(us_quic_socket_context_t& context, TimePoint now);
  // Datagrams that came, to the socket or to another worker's: for the context's endpoint. Throws std::bad_alloc before
  // the first of them was received.
  void receive(us_quic_socket_t& socket, std::span<const udp::Received> datagrams);

  BlockPool pool;  // of streams
  EventQueue events{*this};
  DeadlineHeap timers;             // of DeadlineTimer
  DeadlineHeap closing_deadlines;  // of closing sockets
  Resolver resolver;
  List<us_quic_socket_context_t> contexts;
  List<us_quic_stream_t> closed_streams;  // told, to be freed
  List<us_quic_connection_t> closed_connections;
  List<SocketLink> closing_sockets;  // their CONNECTION_CLOSE may not be out yet
  int callback_depth = 0;
  bool is_sweeping = false;
  // The engine is in receive() or expire(): what it tells goes to the application at once.
  bool dispatches_directly = false;

  // Hooks
  TimePoint deadline() override;
  bool has_work() override;
  bool keeps_alive() override;
  void expire(TimePoint now) override;
  void flush(TimePoint now) override;
  void sweep() override;
  void loop_closing() override;

  // us_udp_socket_t::Handler
  void on_datagrams(us_udp_socket_t& udp, std::span<const udp::Received> datagrams) override;
  void on_writable(us_udp_socket_t& udp) override;
  void on_peer_error(us_udp_socket_t& udp, const Address& peer, int error_number) override;

 private:
  std::span<const udp::Received> own_datagrams(us_quic_socket_t& socket,
                                               std::span<const udp::Received> datagrams);

  us_loop_t* loop_;
  bool is_closing_ = false;
  std::vector<engine::Path> paths_;  // of the batch being received
  std::vector<engine::Datagram> datagrams_;
  std::vector<udp::Received> own_;  // what is left of it for this worker
};

}  // namespace usquic::quic
