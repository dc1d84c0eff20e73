// How fast connections are made, and made again.
#pragma once

#include <algorithm>
#include <cstdint>

namespace usquic::tools::load {

// Handshakes at a time, so that those of ten thousand connections do not time out in one another's queue.
inline constexpr std::uint64_t max_connecting = 64;
inline constexpr std::int64_t first_backoff_ns = 100'000'000;
inline constexpr std::int64_t max_backoff_ns = 2'000'000'000;

// After another failure in a row.
constexpr std::int64_t longer_backoff_ns(std::int64_t before) {
  return std::clamp(2 * before, first_backoff_ns, max_backoff_ns);
}

}  // namespace usquic::tools::load
