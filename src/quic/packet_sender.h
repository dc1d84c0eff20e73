// The engine's view of the UDP sockets' send batches during one flush.
#pragma once

#include "base/list.h"
#include "engine/engine.h"
#include "quic/socket.h"

namespace usquic::quic {

class PacketSender final : public engine::SendBatch {
 public:
  MutableBytes reserve(void* socket) override;
  void commit(const engine::Path& path, engine::Ecn ecn, std::size_t length,
              std::size_t segment_size) override;

  // Hands what was committed to the kernel.
  void finish();

 private:
  void touch(us_quic_socket_t& socket);

  List<SocketLink> touched_;
};

}  // namespace usquic::quic
