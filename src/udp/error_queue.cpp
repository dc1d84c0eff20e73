#include "udp/error_queue.h"

#include <netinet/in.h>
// After netinet/in.h: linux/errqueue.h wants struct timespec and leaves the addresses to us.
#include <linux/errqueue.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace usquic::udp {
namespace {

// The errno of an ICMP error that says a peer cannot be reached, or 0.
int icmp_error_of(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    const bool is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                          (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
    if (!is_error || c->cmsg_len < CMSG_LEN(sizeof(sock_extended_err))) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(c), sizeof(error));
    const bool is_icmp = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
    if (is_icmp && error.ee_errno != EMSGSIZE) return static_cast<int>(error.ee_errno);
  }
  return 0;
}

}  // namespace

ErrorQueueRead read_error_queue(const Kernel& kernel, int fd, std::span<PeerError> errors) {
  ErrorQueueRead result;
  for (std::size_t reads = 0; reads < errors.size(); ++reads) {
    Address peer;
    char payload;
    iovec part{&payload, sizeof(payload)};
    alignas(cmsghdr) char control[512];
    msghdr message{};
    message.msg_name = peer.get();
    message.msg_namelen = Address::capacity();
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    if (kernel.recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      result.is_empty = true;
      return result;
    }
    const int error_number = icmp_error_of(message);
    if (error_number == 0 || message.msg_namelen == 0) continue;
    errors[result.errors++] = {peer.unmapped(), error_number};
  }
  return result;
}

void clear_pending_error(int fd) {
  int error_number = 0;
  socklen_t length = sizeof(error_number);
  (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &length);
}

}  // namespace usquic::udp
