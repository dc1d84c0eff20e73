#include "quic/connect/source_address.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "usquic/error.h"

namespace usquic::quic {

namespace {

bool is_any(const Address& address) {
  if (address.family() == AF_INET) {
    return reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr.s_addr == htonl(INADDR_ANY);
  }
  if (address.family() == AF_INET6) {
    return std::memcmp(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr, &in6addr_any,
                       sizeof(in6_addr)) == 0;
  }
  return true;
}

int error_of_errno(int number) {
  switch (number) {
    case ENOMEM:
    case ENOBUFS:
      return US_QUIC_E_NOMEM;
    case EMFILE:
    case ENFILE:
      return US_QUIC_E_IO;
    case EINVAL:
      return US_QUIC_E_ADDRESS;
    default:
      return US_QUIC_E_UNREACHABLE;
  }
}

}  // namespace

Result<Address> source_address_towards(const Address& remote, const Address& bound, const Logger& log) {
  const Address own = bound.unmapped();
  if (!is_any(own)) {
    if (own.family() != remote.family()) return Error{US_QUIC_E_ADDRESS};
    return own;
  }
  if (own.family() == AF_INET && remote.family() == AF_INET6) return Error{US_QUIC_E_ADDRESS};
  // Connecting a datagram socket sends nothing: the kernel looks up the route and chooses the source address.
  const int fd = socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const int error = error_of_errno(errno);
    if (error == US_QUIC_E_IO)
      log.log(LogLevel::error, "no socket to find a route by: %s", std::strerror(errno));
    return Error{error};
  }
  sockaddr_in6 storage{};
  socklen_t length = sizeof(storage);
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  const bool is_found =
      connect(fd, remote.get(), remote.length()) == 0 && getsockname(fd, name, &length) == 0;
  const int number = errno;
  close(fd);
  if (!is_found) return Error{error_of_errno(number)};
  Address local = Address::from_sockaddr(name, length);
  local.set_port(own.port());
  return local;
}

}  // namespace usquic::quic
