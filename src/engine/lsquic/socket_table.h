// What an endpoint knows of its caller's sockets. lsquic keeps what it is given for a connection longer than the
// connection lives, so it gets numbers, which no later socket has again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "transport/packet_run.h"

namespace usquic::engine::lsquic {

enum class NewClients : std::uint8_t { ignored, accepted, refused };

struct SocketState {
  void* socket = nullptr;
  std::uint32_t number = 0;
  NewClients new_clients = NewClients::ignored;
  bool is_blocked = false;
  std::size_t unsent_closes = 0;
  std::size_t server_handshakes = 0;
  std::deque<transport::HeldPacket> waiting;  // that it had no room for
  transport::HeldPacket held;
};

class SocketTable {
 public:
  // Known from here on.
  SocketState& add(void* socket);
  void remove(void* socket);

  // nullptr: not known.
  SocketState* find(void* socket) const;
  SocketState* find_by_number(std::uint32_t number) const;

  // What is to be done with Initial packets.
  NewClients new_clients(void* socket) const {
    const SocketState* state = find(socket);
    return state != nullptr ? state->new_clients : NewClients::ignored;
  }
  template <class Function>
  void for_each(Function function) const {
    for (const auto& [socket, state] : by_socket_) function(*state);
  }

 private:
  std::uint32_t last_number_ = 0;
  std::unordered_map<void*, std::unique_ptr<SocketState>> by_socket_;
  std::unordered_map<std::uint32_t, SocketState*> by_number_;
};

}  // namespace usquic::engine::lsquic
