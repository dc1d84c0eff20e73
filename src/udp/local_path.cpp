#include "udp/local_path.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>

#include "base/file_descriptor.h"
#include "udp/open_socket.h"

namespace usquic::udp {
namespace {

bool is_loopback(const Address& address) {
  if (address.family() == AF_INET) {
    constexpr unsigned loopback_net = 127;
    return ntohl(reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr.s_addr) >> 24 == loopback_net;
  }
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr);
}

// But for their ports.
bool is_same_host(Address a, Address b) {
  a.set_port(0);
  b.set_port(0);
  return a == b;
}

// Of the route that a connected socket has; 0: not known.
std::size_t payload_of_route(int fd, int family) {
  const bool is_ipv4 = family == AF_INET;
  int mtu = 0;
  socklen_t length = sizeof(mtu);
  if (getsockopt(fd, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6, is_ipv4 ? IP_MTU : IPV6_MTU, &mtu, &length) != 0)
    return 0;
  const std::size_t headers = (is_ipv4 ? sizeof(ip) : sizeof(ip6_hdr)) + sizeof(udphdr);
  return mtu > 0 && static_cast<std::size_t>(mtu) > headers ? static_cast<std::size_t>(mtu) - headers : 0;
}

}  // namespace

std::size_t payload_within_machine(const Address& local, const Address& remote) {
  const Address peer = remote.unmapped();
  // Most peers of a server are elsewhere, and cost it no system call.
  const bool is_bound = !is_any(local.unmapped());
  if (is_bound && !is_loopback(peer) && !is_same_host(local.unmapped(), peer)) return 0;
  const FileDescriptor fd(::socket(peer.family(), SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd.is_open() || ::connect(fd.get(), peer.get(), peer.length()) != 0) return 0;
  Address source;  // that the kernel chose: for an address of this machine that address itself
  socklen_t length = Address::capacity();
  if (::getsockname(fd.get(), source.get(), &length) != 0) return 0;
  return is_loopback(peer) || is_same_host(source, peer) ? payload_of_route(fd.get(), peer.family()) : 0;
}

}  // namespace usquic::udp
