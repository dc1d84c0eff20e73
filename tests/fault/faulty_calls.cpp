#include "fault/faulty_calls.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <random>

namespace usquic::test {
namespace {

struct State {
  Plan plan;
  std::mt19937_64 random;
  std::size_t failures = 0;

  bool fails(Call call) {
    if (plan.call != call || random() % plan.one_in != 0) return false;
    ++failures;
    return true;
  }
};

State& state() {
  static State only;
  return only;
}

// Of a message that the kernel cuts into segments: of one of them.
std::size_t packet_length(msghdr& message) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) length += message.msg_iov[i].iov_len;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_SEGMENT) {
      length = std::min<std::size_t>(length, *reinterpret_cast<const std::uint16_t*>(CMSG_DATA(c)));
    }
  }
  return length;
}

// How many of the first messages may go.
unsigned allowed(const mmsghdr* messages, unsigned count) {
  const std::size_t most = state().plan.only_larger_than;
  for (unsigned i = 0; i < count; ++i) {
    msghdr message = messages[i].msg_hdr;
    if (packet_length(message) > most) return i;
  }
  return count;
}

}  // namespace

Faults::Faults(const Plan& plan) {
  state() = {plan, std::mt19937_64(plan.seed), 0};
}

Faults::~Faults() {
  state().plan.call = Call::none;
}

std::size_t Faults::count() const {
  return state().failures;
}

}  // namespace usquic::test

using usquic::test::allowed;
using usquic::test::Call;
using usquic::test::state;

extern "C" {

int __real_sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
int __real_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout);
int __real_socket(int family, int type, int protocol);

int __wrap_sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  const auto& plan = state().plan;
  if (plan.call == Call::sendmmsg && plan.only_larger_than > 0) {
    // As the kernel does it: an error tells of the first message alone.
    const unsigned good = allowed(messages, count);
    if (good > 0) return __real_sendmmsg(fd, messages, good, flags);
    ++state().failures;
    errno = plan.error;
    return -1;
  }
  if (!state().fails(Call::sendmmsg)) return __real_sendmmsg(fd, messages, count, flags);
  if (plan.error == 0) return __real_sendmmsg(fd, messages, (count + 1) / 2, flags);
  errno = plan.error;
  return -1;
}

int __wrap_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  if (!state().fails(Call::recvmmsg)) return __real_recvmmsg(fd, messages, count, flags, timeout);
  errno = state().plan.error;
  return -1;
}

int __wrap_socket(int family, int type, int protocol) {
  if ((type & SOCK_DGRAM) == 0 || !state().fails(Call::socket)) return __real_socket(family, type, protocol);
  errno = state().plan.error;
  return -1;
}
}
