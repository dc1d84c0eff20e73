#include "udp/open_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

#include "base/file_descriptor.h"
#include "usquic/error.h"

namespace usquic::udp {
namespace {

int code_of(int error_number) {
  switch (error_number) {
    case EADDRINUSE:
      return US_QUIC_E_ADDRESS_IN_USE;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return US_QUIC_E_ADDRESS;
    case EACCES:
    case EPERM:
      return US_QUIC_E_ACCESS;
    case ENOMEM:
    case ENOBUFS:
      return US_QUIC_E_NOMEM;
    default:
      return US_QUIC_E_IO;
  }
}

// What errno says of `call`; the log has the details where the code has none.
Error failure(const char* call, const Logger& log) {
  const Error error{code_of(errno)};
  if (error.code == US_QUIC_E_IO) log.log(LogLevel::error, "udp: %s: %s", call, std::strerror(errno));
  return error;
}

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

int option(int fd, int level, int name) {
  int value = 0;
  socklen_t length = sizeof(value);
  return getsockopt(fd, level, name, &value, &length) == 0 ? value : 0;
}

void set_buffer(int fd, int asked, int force_name, int name, const char* what, const Logger& log) {
  if (asked <= 0) return;
  if (!set_option(fd, SOL_SOCKET, force_name, asked)) (void)set_option(fd, SOL_SOCKET, name, asked);
  const int granted = option(fd, SOL_SOCKET, name) / 2;  // socket(7): the kernel doubles for bookkeeping
  const bool is_small = granted < asked / 4;
  log.log(is_small ? LogLevel::warning : LogLevel::info, "udp: %s buffer: asked for %d bytes, got %d", what,
          asked, granted);
}

// RFC 9000 14: QUIC datagrams are never fragmented. PROBE: the kernel's own idea of the path MTU does not
// count, the protocol finds its own.
bool set_ipv4_options(int fd) {
  return set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) &&
         set_option(fd, IPPROTO_IP, IP_RECVERR, 1) && set_option(fd, IPPROTO_IP, IP_PKTINFO, 1) &&
         set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
}

bool set_ipv6_options(int fd) {
  return set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE) &&
         set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) && set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
         set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
}

bool set_options(int fd, int family, bool is_dual_stack, bool reuse_port) {
  if (reuse_port && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return false;
  if (family == AF_INET) return set_ipv4_options(fd);
  if (!set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_dual_stack ? 0 : 1)) return false;
  return set_ipv6_options(fd) && (!is_dual_stack || set_ipv4_options(fd));
}

Result<OpenedSocket> open_bound(const Address& local, bool is_dual_stack, const OpenOptions& options,
                                const Logger& log) {
  const Kernel kernel(options.system_calls);
  FileDescriptor fd(kernel.socket(local.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP));
  if (!fd.is_open()) return failure("socket", log);
  if (!set_options(fd.get(), local.family(), is_dual_stack, options.reuse_port)) {
    return failure("setsockopt", log);
  }
  if (bind(fd.get(), local.get(), local.length()) != 0) return failure("bind", log);

  OpenedSocket opened;
  socklen_t length = Address::capacity();
  if (getsockname(fd.get(), opened.local.get(), &length) != 0) return failure("getsockname", log);
  opened.is_dual_stack = is_dual_stack;
  opened.system_calls = options.system_calls;
  opened.can_segment = set_option(fd.get(), IPPROTO_UDP, UDP_SEGMENT, 0);
  const bool can_coalesce = set_option(fd.get(), IPPROTO_UDP, UDP_GRO, 1);
  log.log(LogLevel::debug, "udp: bound to %s, segmentation %s, coalescing %s",
          opened.local.to_string().c_str(), opened.can_segment ? "on" : "off", can_coalesce ? "on" : "off");
  set_buffer(fd.get(), options.buffer_bytes, SO_RCVBUFFORCE, SO_RCVBUF, "receive", log);
  set_buffer(fd.get(), options.buffer_bytes, SO_SNDBUFFORCE, SO_SNDBUF, "send", log);
  opened.fd = fd.release();
  return opened;
}

}  // namespace

Result<OpenedSocket> open_socket(const Address& local, const OpenOptions& options, const Logger& log) {
  const Address wanted = local.is_specified() ? local.unmapped() : *Address::parse("::", 0);
  const bool is_dual_stack = wanted.family() == AF_INET6 && is_any(wanted) && !options.ipv6_only;
  Result<OpenedSocket> opened = open_bound(wanted, is_dual_stack, options, log);
  if (opened || !is_dual_stack || opened.error() != US_QUIC_E_ADDRESS) return opened;
  log.log(LogLevel::info, "udp: this machine has no IPv6, binding to IPv4 only");
  return open_bound(*Address::parse("0.0.0.0", wanted.port()), false, options, log);
}

bool is_any(const Address& address) {
  if (address.family() == AF_INET) {
    return reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr.s_addr == htonl(INADDR_ANY);
  }
  return address.family() != AF_INET6 ||
         IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr);
}

}  // namespace usquic::udp
