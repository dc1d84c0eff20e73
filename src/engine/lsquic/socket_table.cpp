#include "engine/lsquic/socket_table.h"

namespace usquic::engine::lsquic {

SocketState& SocketTable::add(void* socket) {
  if (SocketState* known = find(socket)) return *known;
  auto made = std::make_unique<SocketState>();
  SocketState& state = *made;
  state.socket = socket;
  state.number = ++last_number_;
  by_number_[state.number] = &state;
  by_socket_[socket] = std::move(made);
  return state;
}

void SocketTable::remove(void* socket) {
  const auto found = by_socket_.find(socket);
  if (found == by_socket_.end()) return;
  by_number_.erase(found->second->number);
  by_socket_.erase(found);
}

SocketState* SocketTable::find(void* socket) const {
  const auto found = by_socket_.find(socket);
  return found == by_socket_.end() ? nullptr : found->second.get();
}

SocketState* SocketTable::find_by_number(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second;
}

}  // namespace usquic::engine::lsquic
