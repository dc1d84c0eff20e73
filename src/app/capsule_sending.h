// Capsules and HTTP datagrams that go out on an exchange (RFC 9297).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/exchange.h"

namespace usquic::app {

// Its stream was accepted, is not over, and speaks the Capsule Protocol. The others are for such an exchange.
bool may_send_capsules(const Exchange& exchange);

// type: at most max_varint. Returns false when more is buffered than the peer takes.
bool send_capsule(Exchange& exchange, std::uint64_t type, std::string_view value);
// In a frame of its own where the peer takes those, else as a capsule. Returns: 0, or why it is not sent.
int send_datagram(Exchange& exchange, std::string_view data);
std::size_t max_datagram_bytes(const Exchange& exchange);

}  // namespace usquic::app
