// The ports of a group whose workers are threads: the first one to listen binds the sockets of all, in the order of their
// indexes, and has the kernel steer datagrams to them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>
#include <vector>

#include "base/address.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "udp/open_socket.h"

namespace usquic::quic {

class ThreadPorts {
 public:
  ThreadPorts(unsigned workers, bool steers) : workers_(workers), steers_(steers) {}

  // The worker's socket for that address. What is bound for the others waits for them: datagrams are kept in their
  // sockets, as long as there is room. id_bytes: of connection IDs. Any thread. Errors: as of udp::open_socket;
  // US_QUIC_E_ADDRESS_IN_USE also where another group has the port. Throws std::bad_alloc.
  Result<udp::OpenedSocket> take(unsigned worker, const Address& wanted, const udp::OpenOptions& options,
                                 std::size_t id_bytes, const Logger& log);
  // Any thread.
  bool is_steered() const { return is_steered_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    FileDescriptor fd;
    udp::OpenedSocket opened;  // its fd is the one above
  };
  struct Port {
    // By all workers, who may have closed their sockets since.
    bool is_taken() const {
      return std::ranges::none_of(sockets, [](const Waiting& each) { return each.fd.is_open(); });
    }

    Address wanted;
    bool ipv6_only;
    Address bound;
    std::vector<Waiting> sockets;  // of workers that did not take theirs yet; closed: taken
  };

  Port* find(unsigned worker, const Address& wanted, bool ipv6_only);
  static Result<udp::OpenedSocket> open_alone(const Address& wanted, udp::OpenOptions options,
                                              const Logger& log);
  static bool is_free(const Address& wanted, const udp::OpenOptions& options, const Logger& log);
  Result<Port*> bind(const Address& wanted, const udp::OpenOptions& options, std::size_t id_bytes,
                     const Logger& log);
  Result<udp::OpenedSocket> rejoin(Port& port, const udp::OpenOptions& options, const Logger& log);

  const unsigned workers_;
  const bool steers_;
  std::atomic<bool> is_steered_ = false;
  std::mutex mutex_;
  std::list<Port> ports_;
};

}  // namespace usquic::quic
