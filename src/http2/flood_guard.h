// How fast a client may send what costs this side work and the client next to none (RFC 9113 section 10.5): streams that end by
// a reset, whoever resets them, and frames that bring nothing to a request.
#pragma once

#include <cstdint>
#include <optional>

#include "base/rate_limit.h"
#include "base/time.h"

namespace usquic::http2 {

class FloodGuard {
 public:
  // A page that is left gives up many streams at once.
  static constexpr std::uint32_t burst_seconds = 10;

  // Per second; 0: no limit.
  FloodGuard(std::uint32_t max_resets, std::uint32_t max_controls)
      : max_resets_(max_resets), max_controls_(max_controls) {}

  // false: the client went over the limit.
  bool allow_reset(TimePoint now) { return allow(resets_, now, max_resets_); }
  bool allow_control(TimePoint now) { return allow(controls_, now, max_controls_); }
  // A WINDOW_UPDATE that what was sent does not account for is one of these.
  bool allow_update(TimePoint now) {
    if (expected_updates_ == 0) return allow_control(now);
    --expected_updates_;
    return true;
  }
  // A DATA frame was sent: one for the stream and one for the connection may follow.
  void expect_updates() { expected_updates_ += 2; }

 private:
  // A limit begins with its first event: few connections ever have one.
  static bool allow(std::optional<RateLimit>& limit, TimePoint now, std::uint32_t per_second) {
    if (per_second == 0) return true;
    if (!limit) limit.emplace(per_second, per_second * burst_seconds);
    return limit->allow(now);
  }

  std::uint32_t max_resets_;
  std::uint32_t max_controls_;
  std::uint64_t expected_updates_ = 0;
  std::optional<RateLimit> resets_;
  std::optional<RateLimit> controls_;
};

}  // namespace usquic::http2
