// The two clocks that the tools read.
#pragma once

#include <chrono>
#include <cstdint>

namespace usquic::tools {

// Milliseconds of a clock that never goes back.
inline std::int64_t monotonic_ms() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The same in nanoseconds.
inline std::int64_t monotonic_ns() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds since 1970.
inline std::int64_t unix_seconds() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace usquic::tools
