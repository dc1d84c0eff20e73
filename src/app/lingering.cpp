#include "app/lingering.h"

#include <algorithm>

namespace usquic::app {
namespace {

// The speed is measured over a time in which a lost packet is told and sent again, and credit comes back.
constexpr std::int64_t round_trips = 4;
constexpr std::int64_t min_window_ms = 3000;
// A peer that delays its acknowledgements makes round trips look as long as it likes.
constexpr std::int64_t max_window_ms = 30'000;

}  // namespace

Lingering::Lingering(const LingerLimits& limits, std::int64_t now_ms, std::uint64_t round_trip_us)
    : limits_(limits), began_ms_(now_ms) {
  begin_window(now_ms, round_trip_us);
}

void Lingering::begin_window(std::int64_t now_ms, std::uint64_t round_trip_us) {
  const auto several_ms = static_cast<std::int64_t>(round_trip_us / 1000) * round_trips;
  window_began_ms_ = now_ms;
  window_ends_ms_ = now_ms + std::clamp(several_ms, min_window_ms, max_window_ms);
  taken_in_window_ = 0;
}

bool Lingering::take(std::uint64_t bytes) {
  taken_ += bytes;
  taken_in_window_ += bytes;
  return taken_ <= limits_.max_bytes;
}

bool Lingering::go_on(std::int64_t now_ms, std::uint64_t round_trip_us) {
  if (now_ms - began_ms_ >= limits_.max_ms) return false;
  if (now_ms < window_ends_ms_) return true;
  const auto took_ms = static_cast<std::uint64_t>(now_ms - window_began_ms_);
  if (taken_in_window_ * 1000 / took_ms < limits_.min_bytes_per_second) return false;
  begin_window(now_ms, round_trip_us);
  return true;
}

std::int64_t Lingering::due_ms() const {
  return std::min(window_ends_ms_, began_ms_ + std::int64_t{limits_.max_ms});
}

}  // namespace usquic::app
