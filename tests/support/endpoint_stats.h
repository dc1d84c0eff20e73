// What the endpoint of one side of an EnginePair has counted.
#pragma once

#include "support/engine_pair.h"

namespace usquic::test {

inline us_quic_context_stats_t stats_of(const Side& side) {
  us_quic_context_stats_t stats{};
  side.endpoint->stats(stats);
  return stats;
}

}  // namespace usquic::test
