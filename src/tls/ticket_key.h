// The key that a server's session tickets are sealed with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace usquic::tls {

// The size that GnuTLS wants.
using TicketKey = std::array<std::uint8_t, 64>;

// Derives it from a deployment's secret, so that every worker and a restarted process open each other's
// tickets. A secret of zeros is none: the key is drawn at random then. Error: US_QUIC_E_TLS.
Result<TicketKey> derive_ticket_key(std::span<const std::uint8_t, 32> secret);

}  // namespace usquic::tls
