// A datagram that no peer of an engine pair sent.
#pragma once

#include <cstdint>
#include <vector>

#include "support/engine_pair.h"

namespace usquic::test {

inline void receive(EnginePair& pair, const std::vector<std::uint8_t>& bytes, const Address& from) {
  const engine::Path path{pair.server.address, from, &pair.server};
  const engine::Datagram datagram{&path, bytes, 0};
  pair.server.endpoint->receive(pair.now, {&datagram, 1});
}

}  // namespace usquic::test
