#include "engine/lsquic/peer_table.h"

#include <algorithm>

#include "engine/lsquic/connection.h"
#include "engine/lsquic/socket_table.h"

namespace usquic::engine::lsquic {
void Peer::on_deadline(TimePoint now) {
  if (connection != nullptr) return connection->on_deadline(now);
  context->core->handshake_failed(*this);
}

Peer& PeerTable::add(Role role, SocketState& socket) {
  do ++last_number_;
  while (last_number_ == 0 || peers_.contains(last_number_));
  auto made = std::make_unique<Peer>(last_number_, role, socket);
  made->context = new_context();
  *made->context = {&core_, role, last_number_, socket.number};
  return *(peers_[last_number_] = std::move(made));
}

void PeerTable::remove(Peer& peer) {
  for (const transport::ConnectionId& id : peer.ids) ids_.erase(id, peer);
  peer.context->peer_number = 0;
  unused_contexts_.push_back(std::move(peer.context));
  peers_.erase(peer.number);
}

std::unique_ptr<PeerContext> PeerTable::new_context() {
  if (unused_contexts_.size() <= kept_contexts) return std::make_unique<PeerContext>();
  std::unique_ptr<PeerContext> oldest = std::move(unused_contexts_.front());
  unused_contexts_.pop_front();
  return oldest;
}

Peer* PeerTable::find(std::uint32_t number) const {
  const auto found = peers_.find(number);
  return found == peers_.end() ? nullptr : found->second.get();
}

bool PeerTable::add_id(Peer& peer, const transport::ConnectionId& id) {
  if (ids_.find(id.bytes()) == &peer) return true;
  if (!ids_.insert(id, peer)) return false;
  peer.ids.push_back(id);
  return true;
}

void PeerTable::remove_id(Peer& peer, const transport::ConnectionId& id) {
  ids_.erase(id, peer);
  std::erase(peer.ids, id);
}

}  // namespace usquic::engine::lsquic
