// What an endpoint knows of its caller's sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/list.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection;

struct FlushTag {};  // has something to write

enum class NewClients : std::uint8_t { ignored, accepted, refused };

struct SocketState {
  NewClients new_clients = NewClients::ignored;
  bool blocked = false;
  std::size_t unsent_closes = 0;
  std::size_t server_handshakes = 0;
  List<QuicConnection, FlushTag> waiting;  // connections that want to write while it is blocked
};

class SocketTable {
 public:
  // Known from here on.
  SocketState& add(void* socket);
  void remove(void* socket);

  // nullptr: not known.
  SocketState* find(void* socket) {
    const auto found = sockets_.find(socket);
    return found == sockets_.end() ? nullptr : &found->second;
  }
  const SocketState* find(void* socket) const { return const_cast<SocketTable*>(this)->find(socket); }

  // What is to be done with Initial packets.
  NewClients new_clients(void* socket) const {
    const SocketState* state = find(socket);
    return state != nullptr ? state->new_clients : NewClients::ignored;
  }
  bool has_server_handshakes(void* socket) const {
    const SocketState* state = find(socket);
    return state != nullptr && state->server_handshakes > 0;
  }
  bool has_unsent_closes(void* socket) const {
    const SocketState* state = find(socket);
    return state != nullptr && state->unsent_closes > 0;
  }

 private:
  std::unordered_map<void*, SocketState> sockets_;
};

}  // namespace usquic::engine::ngtcp2
