// Puts packets of one connection into a SendBatch as runs: packets of equal size for one path and one ECN
// codepoint, of which only the last may be smaller.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"

namespace usquic::transport {

// A packet that was written and could not be placed, as the socket took no more. It goes first next time.
struct HeldPacket {
  std::vector<std::uint8_t> bytes;
  engine::Path path;
  engine::Ecn ecn = 0;
  bool goes_alone = false;
};

class PacketRun {
 public:
  static constexpr std::size_t max_bytes = 65507;
  static constexpr std::size_t max_packets = 64;

  PacketRun(engine::SendBatch& batch, void* socket, HeldPacket& held)
      : batch_(batch), socket_(socket), held_(held) {}
  PacketRun(const PacketRun&) = delete;
  PacketRun& operator=(const PacketRun&) = delete;
  ~PacketRun() { commit(); }

  // Room for a packet of up to `most` bytes, or empty: the socket takes no more now.
  MutableBytes room(std::size_t most);
  // The first `length` bytes of the room are a packet. goes_alone: it may be larger than the path takes (a
  // probe for path MTU discovery), and must not take others down with it.
  void add(std::size_t length, const engine::Path& path, engine::Ecn ecn, bool goes_alone);
  // Hands over what was collected.
  void commit();

 private:
  bool place_held();
  void begin(const engine::Path& path, engine::Ecn ecn, std::size_t segment);

  engine::SendBatch& batch_;
  void* socket_;
  HeldPacket& held_;
  MutableBytes room_;
  engine::Path path_;
  engine::Ecn ecn_ = 0;
  std::size_t segment_ = 0;
  std::size_t length_ = 0;
  std::size_t packets_ = 0;
};

}  // namespace usquic::transport
