// Packets coming in: recvmmsg with UDP_GRO, ECN and local address of each datagram.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/address.h"
#include "base/bytes.h"
#include "udp/system_calls.h"

namespace usquic::udp {

// What one datagram (or one GRO train of them, split already) carries. Valid until the handler returns.
struct Received {
  Bytes bytes;
  const Address* peer = nullptr;   // shared by the datagrams of a train
  const Address* local = nullptr;  // the address it was sent to, with the socket's port
  std::uint8_t ecn = 0;
};

// The memory that the sockets of one loop receive into, one at a time. About 1 MiB, of which the pages that
// were never needed stay untouched.
class ReceiveBatch {
 public:
  // Messages of one system call; each may be a train of up to 64 KiB.
  static constexpr std::size_t slots = 16;
  static constexpr std::size_t slot_bytes = 65536;
  // Datagrams told at once.
  static constexpr std::size_t max_datagrams = 256;

  ReceiveBatch();
  ~ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  // One recvmmsg. Returns messages received (fewer than `slots`: the socket is empty now), or -errno.
  // bound: the socket's address, told as local address where the kernel tells none.
  int fill(const Kernel& kernel, int fd, const Address& bound);
  // The next datagrams of what was received, at most max_datagrams; empty at the end. They stay valid until
  // the next take() or fill().
  std::span<const Received> take();

 private:
  struct Memory;  // what the kernel writes into

  // Reads the control messages of slot `index`. False: the datagram is cut off, or its train cannot be split.
  bool parse(std::size_t index, const Address& bound);

  struct Slot {
    std::size_t length = 0;
    std::size_t segment_size = 0;
    std::uint8_t ecn = 0;
    Address peer;
    Address local;
  };

  std::unique_ptr<Memory> memory_;
  std::array<Slot, slots> slots_;
  std::size_t filled_ = 0;
  std::size_t next_slot_ = 0;
  std::size_t next_offset_ = 0;
  std::array<Received, max_datagrams> datagrams_;
};

}  // namespace usquic::udp
