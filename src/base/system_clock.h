// The clocks that the tools read.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace usquic {

// Milliseconds of a clock that never goes back.
inline std::int64_t monotonic_ms() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The same as of the kernel's latest tick, some milliseconds ago at most. Takes a tenth of the time.
inline std::int64_t coarse_monotonic_ms() {
  std::timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return (std::int64_t{time.tv_sec} * 1000) + (time.tv_nsec / 1'000'000);
}

// The same in nanoseconds.
inline std::int64_t monotonic_ns() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds since 1970.
inline std::int64_t unix_seconds() {
  return std::time(nullptr);
}

}  // namespace usquic
