// How many TCP connections an app has at most, unless it is told.
#pragma once

#include <cstddef>

namespace usquic::app {

// Half of the descriptors that the process may have (RLIMIT_NOFILE), divided by the workers: the others are the
// application's. Connections of HTTP/3 need none.
std::size_t usual_tcp_connections(unsigned workers);

}  // namespace usquic::app
