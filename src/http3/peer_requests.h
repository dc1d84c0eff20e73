// What a server's codec knows of the requests of its client as a whole.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "http3/early_priorities.h"

namespace usquic::http3 {

struct PeerRequests {
  // Whether the client may have opened, or may open, a stream of this ID.
  bool may_exist(std::uint64_t id) const { return id / 4 < allowed; }
  void opened(std::int64_t id) {
    if (!is_refused) latest = std::max(latest, id);
  }

  std::uint64_t allowed = 0;  // that the client may open in all
  std::int64_t latest = -4;   // the largest ID so far
  bool is_refused = false;    // those above it are: GOAWAY named them (RFC 9114 section 5.2)
  std::size_t sessions = 0;   // that ask for a WebTransport session, and are not over
  EarlyPriorities early_priorities;
};

}  // namespace usquic::http3
