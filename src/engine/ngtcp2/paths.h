// Paths in ngtcp2's words and in the engine's.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "engine/engine.h"

namespace usquic::engine::ngtcp2 {

// The any-address of the other address's family stands in for an unspecified one: ngtcp2 knows IPv4
// and IPv6 only.
Address specified_like(const Address& address, const Address& other);

// Borrows both addresses.
ngtcp2_path to_ngtcp2_path(const Address& local, const Address& remote);

bool is_same_path(const ngtcp2_path& a, const Address& local, const Address& remote);

Address to_address(const ngtcp2_addr& address);

}  // namespace usquic::engine::ngtcp2
