// Loopback sockets for the tests of this module, and a kernel that fails on demand.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "udp/udp_socket.h"

namespace usquic::udp {

inline Address loopback(int family, std::uint16_t port = 0) {
  return *Address::parse(family == AF_INET ? "127.0.0.1" : "::1", port);
}

// Whether ::1 can be used: containers are often made without.
inline bool has_ipv6() {
  auto opened = open_socket(loopback(AF_INET6), {}, {});
  if (opened) ::close(opened->fd);
  return static_cast<bool>(opened);
}

// `length` bytes that differ from packet to packet and from place to place.
inline std::string pattern(std::size_t length, std::size_t seed) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>((seed * 131 + i * 7 + i / 251) & 0xff);
  return text;
}

// What a test wants of the next calls: each fault is used once, then calls go through.
class FaultyCalls : public SystemCalls {
 public:
  // errno of the next sendmmsg calls; 0 lets one through.
  std::deque<int> send_errors;
  std::deque<int> receive_errors;
  // Most messages that one sendmmsg takes.
  unsigned max_per_send = 1024;
  // Decides about each message; non-zero is its errno.
  std::function<int(const msghdr& message, std::size_t length, std::size_t segment_size)> judge;
  int send_calls = 0;
  int receive_calls = 0;
  std::size_t segmented_messages = 0;

  int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) override {
    ++send_calls;
    if (const int fault = next(send_errors)) return fail(fault);
    unsigned good = 0;
    for (; good < count && good < max_per_send; ++good) {
      const msghdr& message = messages[good].msg_hdr;
      const std::size_t segment_size = segment_size_of(message);
      const int fault = judge ? judge(message, message.msg_iov[0].iov_len, segment_size) : 0;
      if (fault != 0 && good == 0) return fail(fault);
      if (fault != 0) break;
      if (segment_size != 0) ++segmented_messages;
    }
    return SystemCalls::sendmmsg(fd, messages, good, flags);
  }

  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags) override {
    ++receive_calls;
    if (const int fault = next(receive_errors)) return fail(fault);
    return SystemCalls::recvmmsg(fd, messages, count, flags);
  }

 private:
  static int next(std::deque<int>& errors) {
    if (errors.empty()) return 0;
    const int fault = errors.front();
    errors.pop_front();
    return fault;
  }

  static int fail(int error_number) {
    errno = error_number;
    return -1;
  }

  static std::size_t segment_size_of(const msghdr& message) {
    // The control messages are read only.
    auto& header = const_cast<msghdr&>(message);
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
      if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_SEGMENT) continue;
      std::uint16_t size = 0;
      std::memcpy(&size, CMSG_DATA(c), sizeof(size));
      return size;
    }
    return 0;
  }
};

// A socket whose owner writes down what it is told.
class Recorder final : public us_udp_socket_t::Handler {
 public:
  struct Datagram {
    std::string bytes;
    Address peer;
    Address local;
    int ecn = 0;
  };

  us_udp_socket_t socket;
  std::vector<Datagram> datagrams;
  std::vector<std::size_t> batch_sizes;
  std::vector<PeerError> errors;
  int writable_calls = 0;
  std::function<void()> inside_datagrams;
  std::function<void()> inside_writable;
  std::function<void()> inside_error;

  int open(us_loop_t* loop, const Address& local, OpenOptions options = {}, const Logger& log = {}) {
    return socket.open(loop, local, options, *this, log, false).error();
  }

  std::uint16_t port() const { return socket.local_address().port(); }

  // Queues `bytes` as one run.
  bool queue(const Address& remote, std::string_view bytes, std::size_t segment_size, std::uint8_t ecn = 0,
             const Address& local = {}) {
    const MutableBytes room = socket.send_batch().reserve();
    if (room.empty()) return false;
    std::memcpy(room.data(), bytes.data(), bytes.size());
    socket.send_batch().commit(remote, local, ecn, bytes.size(), segment_size);
    return true;
  }

  bool queue_packet(const Address& remote, std::string_view bytes) {
    return queue(remote, bytes, bytes.size());
  }

  std::string received() const {
    std::string all;
    for (const Datagram& datagram : datagrams) all += datagram.bytes;
    return all;
  }

 private:
  void on_datagrams(us_udp_socket_t& /*socket*/, std::span<const Received> some) override {
    batch_sizes.push_back(some.size());
    for (const Received& one : some) {
      datagrams.push_back({std::string(as_text(one.bytes)), *one.peer, *one.local, one.ecn});
    }
    if (inside_datagrams) inside_datagrams();
  }
  void on_writable(us_udp_socket_t& /*socket*/) override {
    ++writable_calls;
    if (inside_writable) inside_writable();
  }
  void on_peer_error(us_udp_socket_t& /*socket*/, const Address& peer, int error_number) override {
    errors.push_back({peer, error_number});
    if (inside_error) inside_error();
  }
};

// A loop, which a test runs until what it waits for has come.
class LoopTest : public testing::Test {
 protected:
  LoopTest() : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)) {}
  ~LoopTest() override {
    if (loop_ != nullptr) us_loop_free(loop_);
  }

  // Runs iterations until `done`; false when that took ten seconds.
  bool run_until(const std::function<bool()>& done) {
    const TimePoint limit = loop::monotonic_now() + std::chrono::seconds(10);
    while (!done()) {
      if (loop::monotonic_now() > limit) return false;
      us_loop_tick(loop_);
    }
    return true;
  }

  void run_for(Duration time) {
    const TimePoint end = loop::monotonic_now() + time;
    while (loop::monotonic_now() < end) us_loop_tick(loop_);
  }

  us_loop_t* loop_;
};

}  // namespace usquic::udp
