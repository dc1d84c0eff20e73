// The public packet buffer: views of what was received, or copies of what is to be sent.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "udp/receive_batch.h"
#include "usquic/udp.h"

struct us_udp_packet_buffer_t {
 public:
  static constexpr int capacity = US_UDP_MAX_PACKETS;
  static constexpr int max_packet_bytes = 65507;  // RFC 768 over IPv4

  struct Packet {
    // Of received packets, the loop's receive memory; of packets to send, `storage`.
    std::uint8_t* data = nullptr;
    std::size_t length = 0;
    usquic::Address peer;
    usquic::Address local;
    std::uint8_t ecn = 0;
    std::vector<std::uint8_t> storage;
  };

  // Packet `index`, or nullptr for an index out of range.
  Packet* packet(int index);
  void show(int index, const usquic::udp::Received& received);
  // Returns 0, or US_QUIC_E_INVALID or _NOMEM.
  int set(int index, int offset, usquic::Bytes payload, const usquic::Address& peer);

 private:
  std::array<Packet, capacity> packets_;
};
