#include "engine/ngtcp2/socket_table.h"

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {

SocketState& SocketTable::add(void* socket) {
  return sockets_[socket];
}

void SocketTable::remove(void* socket) {
  sockets_.erase(socket);
}

}  // namespace usquic::engine::ngtcp2
