#include "faulty_kernel.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

extern "C" {
int __real_socket(int family, int type, int protocol);
int __real_epoll_create1(int flags);
int __real_sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
int __real_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout);
}

namespace usquic::test {
namespace {

// Where the linker's replacements, which are plain functions, find it.
FaultyKernel* current_kernel = nullptr;

int fail(int error_number) {
  errno = error_number;
  return -1;
}

}  // namespace

FaultyKernel::FaultyKernel(std::uint64_t seed) : random_(seed) {
  opened_.reserve(max_opened);
  repeating_fd_ = __real_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  current_kernel = this;
}

FaultyKernel::~FaultyKernel() {
  current_kernel = nullptr;
  close(repeating_fd_);
}

std::uint64_t FaultyKernel::bytes_sent(int fd) const {
  const auto found = std::ranges::find(opened_, fd);
  return found == opened_.end() ? 0 : bytes_sent_[static_cast<std::size_t>(found - opened_.begin())];
}

void FaultyKernel::count_bytes(int fd, const mmsghdr& message) {
  const auto found = std::ranges::find(opened_, fd);
  if (found == opened_.end()) return;
  std::uint64_t& sum = bytes_sent_[static_cast<std::size_t>(found - opened_.begin())];
  for (std::size_t i = 0; i < message.msg_hdr.msg_iovlen; ++i) sum += message.msg_hdr.msg_iov[i].iov_len;
}

void FaultyKernel::remember(const mmsghdr& message, std::size_t datagram_bytes) {
  Sent& sent = sent_[sent_count_++ % sent_.size()];
  sent.length = std::min(datagram_bytes, sent.bytes.size());
  std::memcpy(sent.bytes.data(), message.msg_hdr.msg_iov[0].iov_base, sent.length);
  sent.to_length = message.msg_hdr.msg_namelen;
  std::memcpy(&sent.to, message.msg_hdr.msg_name, sent.to_length);
}

void FaultyKernel::send_again() {
  for (std::size_t i = 0; i < std::min(sent_count_, sent_.size()); ++i) {
    sockaddr_in to{};  // an IPv4-mapped one goes as what it is
    const auto& mapped = reinterpret_cast<const sockaddr_in6&>(sent_[i].to);
    if (sent_[i].to.ss_family == AF_INET) {
      std::memcpy(&to, &sent_[i].to, sizeof(to));
    } else {
      to.sin_family = AF_INET;
      to.sin_port = mapped.sin6_port;
      std::memcpy(&to.sin_addr, &mapped.sin6_addr.s6_addr[12], sizeof(to.sin_addr));
    }
    sendto(repeating_fd_, sent_[i].bytes.data(), sent_[i].length, 0, reinterpret_cast<sockaddr*>(&to),
           sizeof(to));
  }
}

void FaultyKernel::add(const Fault& fault) {
  faults_.push_back({fault, any_up_to(fault.one_in)});
}

bool FaultyKernel::may_open() {
  const int error_number = judge_opening ? judge_opening() : 0;
  if (error_number == 0) return true;
  ++injected_;
  errno = error_number;
  return false;
}

int FaultyKernel::epoll_create1(int flags) {
  return may_open() ? __real_epoll_create1(flags) : -1;
}

int FaultyKernel::socket(int family, int type, int protocol) {
  if (!may_open()) return -1;
  const int fd = __real_socket(family, type, protocol);
  if (fd >= 0 && opened_.size() < max_opened) opened_.push_back(fd);
  return fd;
}

// As sendmmsg(2): an error is told when it is the first message's, else the messages before it are counted.
int FaultyKernel::sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  unsigned good = 0;
  for (; good < count; ++good) {
    const Message message = read(messages[good]);
    const Fault* fault = draw(Call::send, fd, &message);
    if (fault == nullptr) continue;
    if (fault->error_number == 0) {
      ++good;
      break;
    }
    if (good == 0) return fail(fault->error_number);
    break;
  }
  const int sent = __real_sendmmsg(fd, messages, good, flags);
  for (int i = 0; i < sent; ++i) {
    const Message message = read(messages[i]);
    if (message.is_segmented) ++segmented_messages_;
    largest_datagram_ = std::max(largest_datagram_, message.datagram_bytes);
    remember(messages[i], message.datagram_bytes);
    count_bytes(fd, messages[i]);
  }
  return sent;
}

int FaultyKernel::recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  const Fault* fault = draw(Call::receive, fd, nullptr);
  if (fault != nullptr && fault->error_number != 0) return fail(fault->error_number);
  return __real_recvmmsg(fd, messages, fault != nullptr ? 1 : count, flags, timeout);
}

FaultyKernel::Message FaultyKernel::read(const mmsghdr& message) {
  msghdr header = message.msg_hdr;
  Message result{header.msg_iov[0].iov_len, false};
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_SEGMENT) continue;
    std::uint16_t size = 0;
    std::memcpy(&size, CMSG_DATA(c), sizeof(size));
    result = {size, true};
  }
  return result;
}

const Fault* FaultyKernel::draw(Call call, int fd, const Message* message) {
  for (Planned& planned : faults_) {
    if (planned.fault.call != call || !befalls(planned, fd, message)) continue;
    ++injected_;
    return &planned.fault;
  }
  return nullptr;
}

bool FaultyKernel::befalls(Planned& planned, int fd, const Message* message) {
  const Fault& fault = planned.fault;
  if (fault.fd >= 0 && fault.fd != fd) return false;
  if (fault.only_segmented && (message == nullptr || !message->is_segmented)) return false;
  if (message != nullptr && message->datagram_bytes <= fault.only_larger_datagrams) return false;
  if (--planned.calls_left > 0) return false;
  planned.calls_left = any_up_to(2 * fault.one_in - 1);
  return true;
}

}  // namespace usquic::test

using usquic::test::current_kernel;

extern "C" {

int __wrap_socket(int family, int type, int protocol) {
  return current_kernel != nullptr ? current_kernel->socket(family, type, protocol)
                                   : __real_socket(family, type, protocol);
}

int __wrap_epoll_create1(int flags) {
  return current_kernel != nullptr ? current_kernel->epoll_create1(flags) : __real_epoll_create1(flags);
}

int __wrap_sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return current_kernel != nullptr ? current_kernel->sendmmsg(fd, messages, count, flags)
                                   : __real_sendmmsg(fd, messages, count, flags);
}

int __wrap_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  return current_kernel != nullptr ? current_kernel->recvmmsg(fd, messages, count, flags, timeout)
                                   : __real_recvmmsg(fd, messages, count, flags, timeout);
}

}  // extern "C"
