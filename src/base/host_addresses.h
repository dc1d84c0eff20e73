// Hosts as users write them, to addresses, by getaddrinfo.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace usquic {

using Addresses = std::vector<Address>;

// An address in text form, also with an IPv6 scope ("fe80::1%eth0"); nothing for a name.
std::optional<Address> numeric_address(const std::string& host, std::uint16_t port);
// Waits for the answer. Errors: US_QUIC_E_RESOLVE, _NOMEM. Order: as getaddrinfo prefers (RFC 6724).
Result<Addresses> resolve_now(const std::string& host, std::uint16_t port);
// The addresses of "localhost" and names below it, which no name server is asked for (RFC 6761 section 6.3);
// empty for other names.
Addresses localhost_addresses(const std::string& host, std::uint16_t port);

// Where to listen for a host: the first of these that the machine has. "" is any address; a machine may have no IPv6.
Result<Addresses> listen_addresses(const std::string& host, std::uint16_t port);
// An error of a socket that says that this machine does not have such an address (it may have no IPv6), not that others hold
// it or that it is forbidden.
bool is_address_missing(int error);

}  // namespace usquic
