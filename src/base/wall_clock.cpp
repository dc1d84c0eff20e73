#include "base/wall_clock.h"

namespace usquic {
namespace {

WallTime read_system_clock(void* /*user*/) {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace

WallClock::WallClock() : read_(&read_system_clock) {}

}  // namespace usquic
