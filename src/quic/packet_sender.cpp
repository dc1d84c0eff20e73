#include "quic/packet_sender.h"

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
  if (room.empty()) {
    target.is_blocked = true;
    touch(target);  // also where no memory was to be had for the first packet: its flush sets the next try
  }
  return room;
}

void PacketSender::commit(const engine::Path& path, engine::Ecn ecn, std::size_t length,
                          std::size_t segment_size) {
  auto* target = static_cast<us_quic_socket_t*>(path.socket);
  target->udp.send_batch().commit(path.remote, path.local, ecn, length, segment_size);
  touch(*target);
}

void PacketSender::touch(us_quic_socket_t& socket) {
  if (!socket.flush_link.is_linked()) touched_.push_back(&socket.flush_link);
}

void PacketSender::finish() {
  while (SocketLink* link = touched_.pop_front()) {
    us_quic_socket_t* socket = link->socket;
    socket->udp.flush();
    // Room may have come at once: then no on_writable() will tell.
    if (socket->is_blocked && !socket->udp.send_batch().is_blocked()) {
      socket->is_blocked = false;
      socket->unblock_engine();
    }
  }
}

}  // namespace usquic::quic
