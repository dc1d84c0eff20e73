// What went over some sockets, as the kernel counts it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace usquic::tools::tcp_client {

class SocketMeter {
 public:
  struct Counts {
    std::uint64_t received = 0;  // payload of TCP, each byte once
    std::uint64_t sent = 0;      // the same, acknowledged
    std::uint64_t repeated = 0;  // segments that were sent again
  };

  void opened(int fd) { open_.push_back(fd); }
  // Before it is closed.
  void closing(int fd);

  bool has_open() const { return !open_.empty(); }
  // Of open and closed ones.
  Counts total() const;

 private:
  static void add(Counts& counts, int fd);

  std::vector<int> open_;
  Counts closed_;
};

}  // namespace usquic::tools::tcp_client
