// Paths that do not leave this machine: their MTU is known, and nobody else's.
#pragma once

#include <cstddef>

#include "base/address.h"

namespace usquic::udp {

// Bytes of the largest UDP payload that the kernel's route from `local` to `remote` takes, where both are this machine's.
// 0: the route leaves the machine, or cannot be told. local: as a socket is bound, maybe to any address.
std::size_t payload_within_machine(const Address& local, const Address& remote);

}  // namespace usquic::udp
