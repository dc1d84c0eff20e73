// What each worker may take of what the process may: memory and descriptors do not grow with the workers.
#pragma once

#include <cstddef>

#include "files/listing_store.h"

namespace usquic::tools::serve {

struct WorkerLimits {
  std::size_t buffers = 0;     // files::BufferPool
  std::size_t open_files = 0;  // files::FileBudget
  files::ListingStore::Limits listings;
  std::size_t tcp_connections = 0;         // 0: there are none
  std::size_t redirected_connections = 0;  // of plain HTTP, on the one worker that has its port
};

struct TcpUse {
  bool serves = false;
  bool redirects = false;
};

// descriptors: that the process may have.
WorkerLimits limits_of_worker(unsigned workers, std::size_t descriptors, const TcpUse& tcp = {});

}  // namespace usquic::tools::serve
