#include "quic/group/thread_ports.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "udp/steering.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

// How often another port is tried, when one that was free is taken meanwhile.
constexpr int most_tries = 10;

Address at_port(Address address, std::uint16_t port) {
  if (!address.is_specified()) address = *Address::parse("::", 0);
  address.set_port(port);
  return address;
}

}  // namespace

Result<udp::OpenedSocket> ThreadPorts::take(unsigned worker, const Address& wanted,
                                            const udp::OpenOptions& options, std::size_t id_bytes,
                                            const Logger& log) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ports_, [](const Port& each) { return each.wanted.port() == 0 && each.is_taken(); });
  Port* port = find(worker, wanted, options.ipv6_only);
  if (port != nullptr && port->is_taken() && is_free(wanted, options, log)) {
    // All closed their sockets: from the beginning.
    ports_.remove_if([port](const Port& each) { return &each == port; });
    port = nullptr;
  }
  if (port == nullptr) {
    Result<Port*> bound = bind(wanted, options, id_bytes, log);
    for (int tries = 1; !bound && bound.error() == US_QUIC_E_ADDRESS_IN_USE && wanted.port() == 0; ++tries) {
      if (tries == most_tries) break;
      bound = bind(wanted, options, id_bytes, log);
    }
    if (!bound) return Error{bound.error()};
    port = *bound;
  }
  Waiting& own = port->sockets[worker];
  if (!own.fd.is_open()) return rejoin(*port, options, log);
  own.opened.fd = own.fd.release();
  return own.opened;
}

// With port 0 each listening of a worker is another port, the same one for all workers.
ThreadPorts::Port* ThreadPorts::find(unsigned worker, const Address& wanted, bool ipv6_only) {
  for (Port& port : ports_) {
    const bool is_it = port.wanted == wanted && port.ipv6_only == ipv6_only;
    if (is_it && (wanted.port() != 0 || port.sockets[worker].fd.is_open())) return &port;
  }
  return nullptr;
}

Result<udp::OpenedSocket> ThreadPorts::open_alone(const Address& wanted, udp::OpenOptions options,
                                                  const Logger& log) {
  options.reuse_port = false;
  return udp::open_socket(wanted, options, log);
}

bool ThreadPorts::is_free(const Address& wanted, const udp::OpenOptions& options, const Logger& log) {
  Result<udp::OpenedSocket> alone = open_alone(wanted, options, log);
  if (alone) ::close(alone->fd);
  return static_cast<bool>(alone);
}

// SO_REUSEPORT alone would let two servers of one user share a port without knowing of each other, so the port must first
// be free without it.
Result<ThreadPorts::Port*> ThreadPorts::bind(const Address& wanted, const udp::OpenOptions& options,
                                             std::size_t id_bytes, const Logger& log) {
  Result<udp::OpenedSocket> alone = open_alone(wanted, options, log);
  if (!alone) return Error{alone.error()};
  ::close(alone->fd);

  Port port{.wanted = wanted, .ipv6_only = options.ipv6_only, .bound = alone->local, .sockets = {}};
  udp::OpenOptions shared = options;
  shared.reuse_port = true;
  for (unsigned i = 0; i < workers_; ++i) {
    auto opened = udp::open_socket(at_port(wanted, port.bound.port()), shared, log);
    if (!opened) return Error{opened.error()};
    port.sockets.push_back({FileDescriptor(opened->fd), *opened});
  }
  if (steers_ && workers_ > 1) {
    const bool is_attached =
        udp::attach_steering(port.sockets.front().fd.get(), udp::steering_program(id_bytes, workers_));
    is_steered_.store(is_attached, std::memory_order_relaxed);
    if (!is_attached) {
      log.log(LogLevel::info, "group: the kernel takes no steering program (%s); datagrams are handed over",
              std::strerror(errno));
    }
  }
  ports_.push_back(std::move(port));
  return &ports_.back();
}

// A worker that closed its socket listens again: its place in the kernel's list is another one now.
Result<udp::OpenedSocket> ThreadPorts::rejoin(Port& port, const udp::OpenOptions& options,
                                              const Logger& log) {
  udp::OpenOptions shared = options;
  shared.reuse_port = true;
  auto opened = udp::open_socket(at_port(port.wanted, port.bound.port()), shared, log);
  if (opened && workers_ > 1 && udp::detach_steering(opened->fd)) {
    is_steered_.store(false, std::memory_order_relaxed);
    log.log(LogLevel::info, "group: a worker joined again; datagrams are handed over from now on");
  }
  return opened;
}

}  // namespace usquic::quic
