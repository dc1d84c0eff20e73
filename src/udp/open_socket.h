// Makes and binds the descriptor of one UDP socket, with everything that QUIC wants of it.
#pragma once

#include "base/address.h"
#include "base/log.h"
#include "base/result.h"
#include "udp/system_calls.h"

namespace usquic::udp {

struct OpenOptions {
  bool reuse_port = false;
  bool ipv6_only = false;
  int buffer_bytes = 4 << 20;           // SO_RCVBUF and SO_SNDBUF asked for; what was granted is logged
  SystemCalls* system_calls = nullptr;  // instead of the kernel's; outlive the socket
};

struct OpenedSocket {
  int fd = -1;
  Address local;
  bool is_dual_stack = false;           // IPv4 peers appear, and are to be addressed, as IPv4-mapped
  bool can_segment = false;             // UDP_SEGMENT is known to this kernel
  SystemCalls* system_calls = nullptr;  // of the options
};

// local: unspecified or [::] = any address, IPv6 and IPv4 (only IPv4 on a machine without IPv6).
// Fails with US_QUIC_E_ADDRESS_IN_USE, _ADDRESS, _ACCESS, _NOMEM or _IO.
Result<OpenedSocket> open_socket(const Address& local, const OpenOptions& options, const Logger& log);

// 0.0.0.0, ::, or unspecified.
bool is_any(const Address& address);

}  // namespace usquic::udp
