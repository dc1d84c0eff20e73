// ICMP errors of one socket: the kernel's error queue tells which peer each is about (ip(7), IP_RECVERR).
#pragma once

#include <cstddef>
#include <span>

#include "base/address.h"
#include "udp/system_calls.h"

namespace usquic::udp {

struct PeerError {
  Address peer;
  int error_number = 0;  // ECONNREFUSED, EHOSTUNREACH, ...
};

struct ErrorQueueRead {
  std::size_t errors = 0;  // filled in
  bool is_empty = false;   // nothing is left in the queue
};

// Takes up to errors.size() messages off the queue. What is no ICMP error about a peer is skipped: packets
// that were too large (path MTU discovery probes on its own) and what the kernel says about itself.
ErrorQueueRead read_error_queue(const Kernel& kernel, int fd, std::span<PeerError> errors);

// Clears the error that waits for the next call on the socket, which need not be about that call's peer.
void clear_pending_error(int fd);

}  // namespace usquic::udp
