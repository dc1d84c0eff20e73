#include "quic/group/worker_loads.h"

namespace usquic::quic {

void WorkerLoads::publish(unsigned worker, std::uint64_t connections, std::uint64_t ports) {
  loads_[worker].connections.store(connections, std::memory_order_relaxed);
  loads_[worker].ports.store(ports, std::memory_order_relaxed);
}

unsigned WorkerLoads::choose(unsigned at) const {
  const std::uint64_t ports = loads_[at].ports.load(std::memory_order_relaxed);
  const std::uint64_t own = loads_[at].connections.load(std::memory_order_relaxed);
  unsigned best = at;
  std::uint64_t fewest = own;
  for (unsigned i = 0; i < loads_.size() && ports != 0; ++i) {
    if (loads_[i].ports.load(std::memory_order_relaxed) != ports) continue;
    const std::uint64_t connections = loads_[i].connections.load(std::memory_order_relaxed);
    if (connections >= fewest) continue;
    best = i;
    fewest = connections;
  }
  return own - fewest > least_difference + fewest / parts ? best : at;
}

}  // namespace usquic::quic
