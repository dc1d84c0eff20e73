// What a Config means in ngtcp2's settings and in transport parameters (RFC 9000 section 18.2).
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <array>
#include <cstdint>
#include <vector>

#include "engine/engine.h"

namespace usquic::engine::ngtcp2 {

class TransportSettings {
 public:
  static constexpr std::array<std::uint32_t, 2> versions{NGTCP2_PROTO_VER_V1, NGTCP2_PROTO_VER_V2};

  // `random` is handed to ngtcp2 and outlives its connections, as this object does.
  TransportSettings(const Config& config, const RandomSource& random);

  // max_udp_payload: of the connection.
  ngtcp2_settings settings(TimePoint now, std::size_t max_udp_payload) const;
  // Without connection IDs and tokens, which differ from connection to connection.
  ngtcp2_transport_params parameters() const;
  // Bytes of the largest datagram to send on a connection of this path.
  std::size_t max_udp_payload(const EventHandler& events, const Path& path) const;

 private:
  const Config& config_;
  const RandomSource& random_;
  std::vector<std::uint16_t> probes_;
};

}  // namespace usquic::engine::ngtcp2
