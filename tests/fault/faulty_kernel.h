// A kernel that fails by a plan: while one of these lives, the program's UDP system calls go through it.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace usquic::test {

enum class Call { send, receive };

// One way of failing.
struct Fault {
  Call call = Call::send;
  int error_number = 0;         // 0: the call is cut short instead, to one message
  unsigned one_in = 1;          // of the calls, or with sendmmsg of the messages, that it may befall
  int fd = -1;                  // of this socket; -1 = of every one
  bool only_segmented = false;  // sendmmsg: messages with UDP_SEGMENT
  std::size_t only_larger_datagrams = 0;  // sendmmsg: messages whose datagrams have more bytes than this
};

class FaultyKernel {
 public:
  explicit FaultyKernel(std::uint64_t seed);
  ~FaultyKernel();
  FaultyKernel(const FaultyKernel&) = delete;
  FaultyKernel& operator=(const FaultyKernel&) = delete;

  // It befalls for the first time within the first `one_in` calls.
  void add(const Fault& fault);
  void heal() { faults_.clear(); }
  // errno for the next calls of socket() and epoll_create1(), 0 lets one through.
  std::function<int()> judge_opening;

  // Sockets that the program opened, in order.
  const std::vector<int>& opened() const { return opened_; }
  std::uint64_t injected() const { return injected_; }
  std::uint64_t segmented_messages() const { return segmented_messages_; }
  std::size_t largest_datagram() const { return largest_datagram_; }  // that was sent

  // What the linker puts in place of the system's (--wrap in tests/CMakeLists.txt).
  int socket(int family, int type, int protocol);
  int epoll_create1(int flags);
  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout);

 private:
  bool may_open();
  struct Message {
    std::size_t datagram_bytes;
    bool is_segmented;
  };
  struct Planned {
    Fault fault;
    std::uint64_t calls_left;  // until it befalls
  };
  static Message read(const mmsghdr& message);
  // The fault that befalls, or nullptr. message: nullptr for a call that has none yet.
  const Fault* draw(Call call, int fd, const Message* message);
  bool befalls(Planned& planned, int fd, const Message* message);
  std::uint64_t any_up_to(std::uint64_t most) { return random_() % most + 1; }

  std::mt19937_64 random_;
  std::vector<Planned> faults_;
  std::vector<int> opened_;
  std::uint64_t injected_ = 0;
  std::uint64_t segmented_messages_ = 0;
  std::size_t largest_datagram_ = 0;
};

}  // namespace usquic::test
