// What went over a number of connections: payload of UDP and packets lost, or payload of TCP and segments sent again.
#pragma once

#include <cstdint>

#include "usquic/quic.h"

namespace usquic::tools::load {

struct Traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;

  void add(us_quic_connection_t* c) {
    us_quic_stats_t stats = {};
    us_quic_connection_stats(c, &stats);
    received += stats.bytes_received;
    sent += stats.bytes_sent;
    lost += stats.packets_lost;
  }
  void add(const Traffic& other) {
    received += other.received;
    sent += other.sent;
    lost += other.lost;
  }
  Traffic since(const Traffic& before) const {
    return {received - before.received, sent - before.sent, lost - before.lost};
  }
};

}  // namespace usquic::tools::load
