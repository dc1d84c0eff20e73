// Where lsquic's packets go: into the batch of the running flush, as runs; and what a socket had no room for waits here,
// as lsquic would stop sending through all sockets for one that is full.
#pragma once

#include <lsquic.h>

#include "engine/engine.h"
#include "engine/lsquic/peer_table.h"
#include "engine/lsquic/socket_table.h"

namespace usquic::engine::lsquic {

class Outbox {
 public:
  // Packets of one socket that wait before lsquic is held up.
  static constexpr std::size_t max_waiting = 64;

  Outbox(SocketTable& sockets, PeerTable& peers) : sockets_(sockets), peers_(peers) {}

  // Between these two packets are sent. begin() sends what waited.
  void begin(SendBatch& batch);
  void end();

  // lsquic_packets_out_f: how many of them were taken; fewer: errno says why.
  int take(const lsquic_out_spec* packets, unsigned count);

  // A socket takes packets again. Whether something waits for that.
  void unblock(SocketState& socket);
  bool has_ready() const { return is_ready_; }
  // lsquic was held up, and may go on.
  bool take_resumption();

 private:
  bool place(SocketState& socket, const lsquic_out_spec& packet);
  void write(SocketState& socket, const transport::HeldPacket& packet);
  void drain(SocketState& socket);
  void select(SocketState& socket);

  SocketTable& sockets_;
  PeerTable& peers_;
  SendBatch* batch_ = nullptr;
  SocketState* current_ = nullptr;  // whose run is open
  std::optional<transport::PacketRun> run_;
  bool is_ready_ = false;
  bool is_held_up_ = false;
};

}  // namespace usquic::engine::lsquic
