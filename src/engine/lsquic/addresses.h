// Addresses for lsquic, which wants both of a path, and of one family.
#pragma once

#include <lsquic.h>

#include "base/address.h"

namespace usquic::engine::lsquic {

// `address`, or where it is not specified the wildcard address of the family of `other`.
Address specified_like(const Address& address, const Address& other);

// A sockaddr_in or sockaddr_in6.
Address to_address(const sockaddr* address);

}  // namespace usquic::engine::lsquic
