// The ports of a group whose workers are processes: each binds its own socket. Once all are bound, in the order of their
// indexes, the kernel steers datagrams to them; in another order they are handed over.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "base/address.h"
#include "base/log.h"
#include "base/result.h"
#include "udp/open_socket.h"

namespace usquic::quic {

class ProcessPorts {
 public:
  ProcessPorts(unsigned workers, bool steers) : workers_(workers), steers_(steers) {}

  // directory: of the group. The worker has its Unix socket there already. Errors: as of udp::open_socket;
  // US_QUIC_E_INVALID for port 0, which each process would have another one of. Throws std::bad_alloc.
  Result<udp::OpenedSocket> open(const std::string& directory, unsigned worker, const Address& wanted,
                                 const udp::OpenOptions& options, std::size_t id_bytes, const Logger& log);
  // Any thread. What this process knows: the last worker to bind its socket attaches the program.
  bool is_steered() const { return is_steered_.load(std::memory_order_relaxed); }

 private:
  const unsigned workers_;
  const bool steers_;
  std::atomic<bool> is_steered_ = false;
};

}  // namespace usquic::quic
