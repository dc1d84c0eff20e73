// Makes the descriptor of one listening TCP socket.
#pragma once

#include "base/address.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "base/result.h"

namespace usquic::tcp {

struct OpenOptions {
  bool reuse_port = false;
  bool ipv6_only = false;
  int backlog = 4096;  // the kernel has a bound of its own (net.core.somaxconn)
};

struct OpenedSocket {
  FileDescriptor fd;
  Address local;
};

// local: unspecified or [::] = any address, IPv6 and IPv4 (only IPv4 on a machine without IPv6). It listens, and what it
// accepts has TCP_NODELAY. Fails with US_QUIC_E_ADDRESS_IN_USE, _ADDRESS, _ACCESS, _NOMEM or _IO.
Result<OpenedSocket> open_socket(const Address& local, const OpenOptions& options, const Logger& log);

}  // namespace usquic::tcp
