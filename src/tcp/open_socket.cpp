#include "tcp/open_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "tcp/socket_error.h"
#include "usquic/error.h"

namespace usquic::tcp {
namespace {

// What errno says of `call`; the log has the details where the code has none.
Error failure(const char* call, const Logger& log) {
  const Error error = error_of_errno(errno);
  if (error.code == US_QUIC_E_IO) log.log(LogLevel::error, "tcp: %s: %s", call, std::strerror(errno));
  return error;
}

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

bool is_any_ipv6(const Address& address) {
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr);
}

// SO_REUSEADDR: a port can be bound while connections of an earlier process are in TIME_WAIT. Accepted sockets
// take TCP_NODELAY over.
bool set_options(int fd, const Address& local, bool is_dual_stack, const OpenOptions& options) {
  return set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
         (!options.reuse_port || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
         (local.family() != AF_INET6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_dual_stack ? 0 : 1));
}

Result<OpenedSocket> open_bound(const Address& local, bool is_dual_stack, const OpenOptions& options,
                                const Logger& log) {
  OpenedSocket opened;
  opened.fd =
      FileDescriptor(::socket(local.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  const int fd = opened.fd.get();
  if (fd < 0) return failure("socket", log);
  if (!set_options(fd, local, is_dual_stack, options)) return failure("setsockopt", log);
  if (::bind(fd, local.get(), local.length()) != 0) return failure("bind", log);
  if (::listen(fd, options.backlog) != 0) return failure("listen", log);
  socklen_t length = Address::capacity();
  if (::getsockname(fd, opened.local.get(), &length) != 0) return failure("getsockname", log);
  log.log(LogLevel::debug, "tcp: listening on %s", opened.local.to_string().c_str());
  return opened;
}

}  // namespace

Result<OpenedSocket> open_socket(const Address& local, const OpenOptions& options, const Logger& log) {
  const Address wanted = local.is_specified() ? local.unmapped() : *Address::parse("::", 0);
  const bool is_dual_stack = is_any_ipv6(wanted) && !options.ipv6_only;
  Result<OpenedSocket> opened = open_bound(wanted, is_dual_stack, options, log);
  if (opened || !is_dual_stack || opened.error() != US_QUIC_E_ADDRESS) return opened;
  log.log(LogLevel::info, "tcp: this machine has no IPv6, listening on IPv4 only");
  return open_bound(*Address::parse("0.0.0.0", wanted.port()), false, options, log);
}

}  // namespace usquic::tcp
