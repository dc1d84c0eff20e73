// A token bucket on the caller's clock.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace usquic {

class RateLimit {
 public:
  RateLimit(std::uint32_t per_second, std::uint32_t burst)
      : interval_(Duration(std::chrono::seconds(1)) / per_second), burst_(burst), left_(burst) {}

  // True: one more is within the rate.
  bool allow(TimePoint now) {
    const auto refill = (now - last_) / interval_;
    if (refill > 0) {
      left_ = static_cast<std::uint32_t>(
          std::min<std::int64_t>(burst_, left_ + std::min<std::int64_t>(refill, burst_)));
      last_ = now;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  Duration interval_;
  std::uint32_t burst_;
  std::uint32_t left_;
  TimePoint last_{};
};

}  // namespace usquic
