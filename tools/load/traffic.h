// What went over a number of connections: UDP payload, and packets lost.
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
};

}  // namespace usquic::tools::load
