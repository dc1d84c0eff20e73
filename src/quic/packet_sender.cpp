#include "quic/packet_sender.h"

#include <algorithm>

namespace usquic::quic {

static_assert(udp::SendBatch::run_capacity >= engine::SendBatch::run_capacity);

MutableBytes PacketSender::reserve(void* socket) {
  auto& target = *static_cast<us_quic_socket_t*>(socket);
  if (!target.udp.is_open()) return {};
  MutableBytes room = target.udp.send_batch().reserve();
  if (room.empty() && !target.udp.send_batch().is_blocked()) {
    target.udp.flush();
    room = target.udp.send_batch().reserve();
  }
  if (room.empty()) target.is_blocked = true;
  return room;
}

void PacketSender::commit(const engine::Path& path, engine::Ecn ecn, std::size_t length,
                          std::size_t segment_size) {
  auto* target = static_cast<us_quic_socket_t*>(path.socket);
  target->udp.send_batch().commit(path.remote, path.local, ecn, length, segment_size);
  if (std::find(touched_.begin(), touched_.end(), target) == touched_.end()) touched_.push_back(target);
}

void PacketSender::finish() {
  for (us_quic_socket_t* socket : touched_) {
    socket->udp.flush();
    // Room may have come at once: then no on_writable() will tell.
    if (socket->is_blocked && !socket->udp.send_batch().is_blocked()) {
      socket->is_blocked = false;
      socket->unblock_engine();
    }
  }
  touched_.clear();
}

}  // namespace usquic::quic
