// Identifiers that mean nothing and that everyone has to ignore (RFC 9114 sections 7.2.4.1 and 7.2.8). They are
// sent, other ones on each connection, so that nobody forgets to.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "usquic/quic_options.h"

namespace usquic::http3 {

struct Grease {
  us_quic_setting_t setting;
  // A frame with a number.
  std::uint64_t frame_type;
  std::uint64_t frame_number;
};

Grease make_grease(const RandomSource& random);

}  // namespace usquic::http3
