// Packets that belong to no connection: Retry, Version Negotiation, stateless resets and refusals wait here
// for the flush. What causes them comes again, so those that find no room are dropped.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace usquic::transport {

class StatelessQueue {
 public:
  static constexpr std::size_t max_packets = 1024;

  bool empty() const { return packets_.empty(); }

  // False: the queue is full, and the packet is dropped.
  bool push(const engine::Path& path, std::vector<std::uint8_t> bytes) {
    if (packets_.size() >= max_packets) return false;
    packets_.push_back({path, std::move(bytes)});
    return true;
  }

  void send_all(engine::SendBatch& batch) {
    for (const Packet& packet : packets_) send(batch, packet.path, packet.bytes);
    packets_.clear();
  }

  // The socket is gone.
  void forget(const void* socket) {
    std::erase_if(packets_, [socket](const Packet& p) { return p.path.socket == socket; });
  }

  // One packet that was not queued.
  static void send(engine::SendBatch& batch, const engine::Path& path, Bytes bytes) {
    const MutableBytes room = batch.reserve(path.socket);
    if (room.size() < bytes.size()) return;
    std::copy(bytes.begin(), bytes.end(), room.begin());
    batch.commit(path, 0, bytes.size(), bytes.size());
  }

 private:
  struct Packet {
    engine::Path path;
    std::vector<std::uint8_t> bytes;
  };

  std::deque<Packet> packets_;
};

}  // namespace usquic::transport
