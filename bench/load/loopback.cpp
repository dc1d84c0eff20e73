// What loopback and the cipher allow at most, one core for each side: UDP of 1,452-byte packets in runs of 44
// (GSO), received together (GRO); one AES-128-GCM pass over such packets; and both in turn. One line of JSON.
//   loopback [SECONDS]
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "aes_gcm.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int segment_bytes = 1452;
constexpr std::size_t run_bytes = std::size_t{44} * segment_bytes;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);  // where there is only one core: on that
}

void set(int fd, int level, int option, int value) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) give_up("setsockopt");
}

class Receiver {
 public:
  Receiver() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    void* address = &address_;
    socklen_t length = sizeof address_;
    if (fd_ < 0 || bind(fd_, static_cast<sockaddr*>(address), length) != 0 ||
        getsockname(fd_, static_cast<sockaddr*>(address), &length) != 0) {
      give_up("loopback");
    }
    set(fd_, SOL_UDP, UDP_GRO, 1);
    set(fd_, SOL_SOCKET, SO_RCVBUF, 8 << 20);
    const timeval patience = {0, 20'000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Receiver() { close(fd_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  const sockaddr_in& address() const { return address_; }
  // Until is_over; bytes per second from the first to the last that came.
  double run(const std::atomic<bool>& is_over) const {
    std::array<char, 65536> buffer = {};
    std::size_t bytes = 0;
    Clock::time_point first;
    Clock::time_point last;
    while (!is_over) {
      const ssize_t length = recv(fd_, buffer.data(), buffer.size(), 0);
      if (length <= 0) continue;
      last = Clock::now();
      if (bytes == 0) first = last;
      bytes += static_cast<std::size_t>(length);
    }
    const std::chrono::duration<double> seconds = last - first;
    return seconds.count() > 0 ? static_cast<double>(bytes) / seconds.count() : 0;
  }

 private:
  int fd_;
  sockaddr_in address_ = {};
};

void send_for(double seconds, const sockaddr_in& to) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const void* address = &to;
  if (fd < 0 || connect(fd, static_cast<const sockaddr*>(address), sizeof to) != 0) give_up("loopback");
  set(fd, SOL_UDP, UDP_SEGMENT, segment_bytes);
  set(fd, SOL_SOCKET, SO_SNDBUF, 8 << 20);
  std::array<char, run_bytes> run = {};
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) send(fd, run.data(), run.size(), 0);
  close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  if (seconds <= 0 || seconds > 60) {
    std::fprintf(stderr, "loopback: SECONDS is a number up to 60\n");
    return 2;
  }
  const Receiver receiver;
  std::atomic<bool> is_over = false;
  double bytes_per_second = 0;
  std::thread thread([&] {
    pin_to(0);
    bytes_per_second = receiver.run(is_over);
  });
  pin_to(1);
  send_for(seconds, receiver.address());
  is_over = true;
  thread.join();

  constexpr std::size_t packet_count = 200'000;
  const double cipher =
      static_cast<double>(packet_count * segment_bytes) / bench::seal_packets(packet_count, segment_bytes);
  const auto gigabits = [](double rate) { return rate * 8 / 1e9; };
  const double both = bytes_per_second > 0 ? 1 / (1 / bytes_per_second + 1 / cipher) : 0;
  std::printf("{\"udp_gbps\": %.2f, \"cipher_gbps\": %.2f, \"cipher\": \"%s\", \"limit_gbps\": %.2f}\n",
              gigabits(bytes_per_second), gigabits(cipher), bench::aes_gcm_library(), gigabits(both));
  return 0;
}
