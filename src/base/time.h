// Time as the library counts it: nanoseconds on a monotonic clock that the caller reads. Protocol code gets
// `now` handed in, so tests can run on a simulated clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace usquic {

using Duration = std::chrono::nanoseconds;

// Tag for time points of the loop's clock; it is read by loop::monotonic_now() alone.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};

using TimePoint = MonotonicClock::time_point;

// "No deadline".
inline constexpr TimePoint never = TimePoint::max();

inline std::uint64_t nanoseconds_since_epoch(TimePoint t) {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

}  // namespace usquic
