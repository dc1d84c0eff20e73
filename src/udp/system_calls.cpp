#include "udp/system_calls.h"

namespace usquic::udp {

int SystemCalls::socket(int family, int type, int protocol) {
  return ::socket(family, type, protocol);
}

int SystemCalls::sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return ::sendmmsg(fd, messages, count, flags);
}

int SystemCalls::recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return ::recvmmsg(fd, messages, count, flags, nullptr);
}

ssize_t SystemCalls::recvmsg(int fd, msghdr* message, int flags) {
  return ::recvmsg(fd, message, flags);
}

}  // namespace usquic::udp
