#include "serve/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace usquic::tools::serve {

std::size_t raise_descriptor_limit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t max_open_files(std::size_t descriptors, unsigned workers) {
  constexpr std::size_t min_reserve = 32;     // with the first worker's
  constexpr std::size_t worker_reserve = 16;  // of each other one
  const std::size_t reserve = std::max(min_reserve, descriptors / 4) + (workers - 1) * worker_reserve;
  return descriptors > reserve ? std::max<std::size_t>((descriptors - reserve) / workers, 1) : 1;
}

}  // namespace usquic::tools::serve
