// Which of this machine's addresses packets to a peer leave from.
#pragma once

#include "base/address.h"
#include "base/log.h"
#include "base/result.h"

namespace usquic::quic {

// For a socket bound to `bound` (maybe to any address): its local address towards `remote`, with its port.
// US_QUIC_E_UNREACHABLE when there is no route, _ADDRESS when the socket's family cannot reach it, _NOMEM,
// _IO (no descriptor left).
Result<Address> source_address_towards(const Address& remote, const Address& bound, const Logger& log);

}  // namespace usquic::quic
