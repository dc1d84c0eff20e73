// Priorities that clients sent before the requests that they are of (RFC 9218 section 7.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "http/priority.h"

namespace usquic::http3 {

class EarlyPriorities {
 public:
  static constexpr std::size_t most = 64;

  // Throws std::bad_alloc.
  void put(std::int64_t id, http::Priority priority);
  // That of a request that is there now.
  std::optional<http::Priority> take(std::int64_t id);

 private:
  struct Entry {
    std::int64_t id;
    http::Priority priority;
  };
  std::vector<Entry>::iterator find(std::int64_t id);

  std::vector<Entry> entries_;  // in the order in which they came
};

}  // namespace usquic::http3
