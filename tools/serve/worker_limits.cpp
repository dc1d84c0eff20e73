#include "serve/worker_limits.h"

#include <algorithm>

#include "serve/descriptor_limit.h"

namespace usquic::tools::serve {
namespace {

// The pools are divided, as what waits for a buffer or a file waits on its own loop. Below eight buffers, 1 MiB, a pool
// serves nobody well: beyond 24 workers it is so much for each.
constexpr std::size_t pool_buffers = 192;  // 24 MiB
constexpr std::size_t min_buffers = 8;

// Half of the descriptors are for TCP connections; QUIC's need none.
constexpr std::size_t tcp_share = 2;
constexpr std::size_t redirected_share = 16;
constexpr std::size_t max_redirected = 1024;

}  // namespace

WorkerLimits limits_of_worker(unsigned workers, std::size_t descriptors, const TcpUse& tcp) {
  WorkerLimits limits;
  const std::size_t all = descriptors;
  if (tcp.serves) {
    limits.tcp_connections = std::max<std::size_t>(all / tcp_share / workers, 1);
    descriptors -= all / tcp_share;
  }
  if (tcp.redirects) {
    limits.redirected_connections = std::clamp<std::size_t>(all / redirected_share, 1, max_redirected);
    descriptors -= std::min(limits.redirected_connections, descriptors);
  }
  limits.buffers = std::max(pool_buffers / workers, min_buffers);
  limits.open_files = max_open_files(descriptors, workers);
  // What is kept is divided; what is held is counted for all together, by files::ListingStore::HeldBytes.
  limits.listings.kept_bytes /= workers;
  limits.listings.waiting /= workers;
  return limits;
}

}  // namespace usquic::tools::serve
