#include "virtual_clock.h"

#include "loop/loop.h"

namespace usquic {
namespace {

TimePoint& clock_now() {
  static TimePoint now{std::chrono::hours(24)};
  return now;
}

}  // namespace

namespace loop {

TimePoint monotonic_now() {
  return clock_now();
}

}  // namespace loop

namespace fuzz {

void advance_clock(Duration by) {
  clock_now() += by;
}

}  // namespace fuzz
}  // namespace usquic
