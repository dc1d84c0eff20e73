// How many connections each worker of this process has, for whoever finds a place for a new client.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace usquic::quic {

class WorkerLoads {
 public:
  explicit WorkerLoads(unsigned workers) : loads_(workers) {}

  // The worker's thread, once an iteration: what it has and what it takes new clients on. A sum over ports that tells one
  // set of them from another; 0: it takes none.
  void publish(unsigned worker, std::uint64_t connections, std::uint64_t ports);
  // Any thread. One more connection is the worker's, or on its way there: before it is published.
  void add(unsigned worker) { loads_[worker].connections.fetch_add(1, std::memory_order_relaxed); }
  // The worker for a new client that came to `at`: that one, unless another one of the same ports has clearly fewer
  // connections.
  unsigned choose(unsigned at) const;

 private:
  // A client that moves costs two hand-overs, so differences that are small are left.
  static constexpr std::uint64_t least_difference = 2;
  static constexpr std::uint64_t parts = 32;  // and one part of the smaller number

  struct alignas(64) Load {
    std::atomic<std::uint64_t> connections = 0;
    std::atomic<std::uint64_t> ports = 0;
  };

  std::vector<Load> loads_;  // by index
};

}  // namespace usquic::quic
