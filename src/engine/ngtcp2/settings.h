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

  ngtcp2_settings settings(TimePoint now) const;
  // Without connection IDs and tokens, which differ from connection to connection.
  ngtcp2_transport_params parameters() const;
  std::size_t max_udp_payload() const { return max_udp_payload_; }

 private:
  const Config& config_;
  const RandomSource& random_;
  std::size_t max_udp_payload_;
  std::vector<std::uint16_t> probes_;
};

}  // namespace usquic::engine::ngtcp2
