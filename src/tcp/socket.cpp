#include "tcp/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

namespace usquic::tcp {

Address Socket::local_address() const {
  Address local;
  socklen_t length = Address::capacity();
  if (!fd_.is_open() || ::getsockname(fd_.get(), local.get(), &length) != 0) return {};
  return local.unmapped();
}

std::optional<Duration> Socket::smoothed_rtt() const {
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (!fd_.is_open() || ::getsockopt(fd_.get(), IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
    return std::nullopt;
  return std::chrono::microseconds(info.tcpi_rtt);
}

int Socket::take_error() {
  int error_number = 0;
  socklen_t length = sizeof(error_number);
  return getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error_number, &length) == 0 ? error_number : errno;
}

void Socket::reset_on_close() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace usquic::tcp
