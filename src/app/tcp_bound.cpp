#include "app/tcp_bound.h"

#include <sys/resource.h>

#include <algorithm>

namespace usquic::app {

std::size_t usual_tcp_connections(unsigned workers) {
  constexpr std::size_t usual_descriptors = 1024;
  rlimit limit{};
  const bool is_known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
  const std::size_t descriptors = is_known ? static_cast<std::size_t>(limit.rlim_cur) : usual_descriptors;
  return std::max<std::size_t>(descriptors / 2 / workers, 1);
}

}  // namespace usquic::app
