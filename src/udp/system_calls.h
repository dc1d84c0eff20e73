// The system calls that carry data. A socket uses the kernel's unless it was opened with replacements, which
// is how tests make the kernel fail.
#pragma once

#include <sys/socket.h>

namespace usquic::udp {

// What a replacement derives from: each call passes on to the kernel unless it is overridden.
class SystemCalls {
 public:
  virtual ~SystemCalls() = default;

  virtual int socket(int family, int type, int protocol);
  virtual int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
  virtual int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
  virtual ssize_t recvmsg(int fd, msghdr* message, int flags);
};

// The calls of one socket. Not replaced, a call costs one predictable branch.
class Kernel {
 public:
  Kernel() = default;
  explicit Kernel(SystemCalls* replacement) : replacement_(replacement) {}

  int socket(int family, int type, int protocol) const {
    return replacement_ == nullptr ? ::socket(family, type, protocol)
                                   : replacement_->socket(family, type, protocol);
  }
  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) const {
    return replacement_ == nullptr ? ::sendmmsg(fd, messages, count, flags)
                                   : replacement_->sendmmsg(fd, messages, count, flags);
  }
  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) const {
    return replacement_ == nullptr ? ::recvmmsg(fd, messages, count, flags, nullptr)
                                   : replacement_->recvmmsg(fd, messages, count, flags);
  }
  ssize_t recvmsg(int fd, msghdr* message, int flags) const {
    return replacement_ == nullptr ? ::recvmsg(fd, message, flags)
                                   : replacement_->recvmsg(fd, message, flags);
  }

 private:
  SystemCalls* replacement_ = nullptr;
};

}  // namespace usquic::udp
