// Stands in the place of lsquic's clock in programs that run in virtual time (ld's --wrap).
#include <chrono>
#include <cstdint>

#include "support/engine_pair.h"

// lsquic's own type for it is a number of microseconds.
extern "C" std::uint64_t __wrap_lsquic_time_now() {  // NOLINT(bugprone-reserved-identifier)
  using usquic::test::EnginePair;
  const auto since =
      std::chrono::duration_cast<std::chrono::microseconds>(EnginePair::clock.time_since_epoch());
  return static_cast<std::uint64_t>(since.count());
}
