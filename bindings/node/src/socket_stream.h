// One stream of quic() on the QUIC thread: its handle, and what JavaScript wrote that the library
// has not taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "flow.h"
#include "sockets.h"

namespace usquic::node {

struct Sockets::Stream {
  std::uint32_t id;
  us_quic_stream_t* handle;
  std::deque<std::string> unsent;
  std::size_t front_sent = 0;  // of unsent.front()
  bool has_written = false;
  bool is_ending = false;
  bool is_dropping = false;  // what comes in: its connection closes
  Backlog backlog;
};

}  // namespace usquic::node
