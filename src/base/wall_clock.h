// The time of day: the system's by default, a virtual one in tests. It may step, and those of two machines
// differ, so it is for what outlives a process or leaves the machine. All else counts in TimePoint.
#pragma once

#include <chrono>

#include "base/time.h"

namespace usquic {

// Since 1970-01-01 UTC, without leap seconds.
using WallTime = std::chrono::sys_time<Duration>;

class WallClock {
 public:
  using Read = WallTime (*)(void* user);

  // The system's (CLOCK_REALTIME).
  WallClock();
  WallClock(Read read, void* user) : read_(read), user_(user) {}

  WallTime now() const { return read_(user_); }

 private:
  Read read_;
  void* user_ = nullptr;
};

}  // namespace usquic
