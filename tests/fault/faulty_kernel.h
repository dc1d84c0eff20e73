// A kernel that fails by a plan: while one of these lives, the program's UDP system calls go through it. It
// allocates nothing in them, so that it goes with ScarceMemory.
#pragma once

#include <sys/socket.h>

#include <array>
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

  // Repeats the latest datagrams to each of their receivers, as a network may at any time.
  void send_again();

  // Sockets that the program opened, in order; the first hundred.
  const std::vector<int>& opened() const { return opened_; }
  std::uint64_t injected() const { return injected_; }
  std::uint64_t segmented_messages() const { return segmented_messages_; }
  std::uint64_t bytes_sent(int fd) const;  // payload that the system took, of one of the sockets opened
  std::size_t largest_datagram() const { return largest_datagram_; }  // that was sent

  // What the linker puts in place of the system's (--wrap in tests/CMakeLists.txt).
  int socket(int family, int type, int protocol);
  int epoll_create1(int flags);
  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags);
  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout);

 private:
  struct Sent {
    std::array<std::uint8_t, 1500> bytes;
    std::size_t length;
    sockaddr_storage to;
    socklen_t to_length;
  };
  static constexpr std::size_t max_opened = 100;

  bool may_open();
  void remember(const mmsghdr& message, std::size_t datagram_bytes);
  void count_bytes(int fd, const mmsghdr& message);
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
  std::array<std::uint64_t, max_opened> bytes_sent_{};  // by the place in opened_
  std::uint64_t injected_ = 0;
  std::uint64_t segmented_messages_ = 0;
  std::size_t largest_datagram_ = 0;
  std::array<Sent, 64> sent_;  // a ring
  std::size_t sent_count_ = 0;
  int repeating_fd_ = -1;
};

}  // namespace usquic::test
