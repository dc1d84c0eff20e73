// Tells a client that takes nothing from one that is slow.
#pragma once

#include <cstdint>
#include <optional>

namespace usquic::delivery {

class StallClock {
 public:
  // What a client must take within the limit; less is as good as nothing.
  static constexpr std::uint64_t progress_bytes = 16 * 1024;

  // To be asked now and then. is_holding: something is held for the client. taken: bytes that it took so far.
  // The time runs while something is held, from the last progress_bytes on: a client that waits for us is not
  // the one that stalls.
  bool is_stalled(bool is_holding, std::uint64_t taken, std::int64_t now_ms, std::int64_t limit_ms) {
    if (!is_holding) {
      since_ms_.reset();
      return false;
    }
    if (!since_ms_ || taken - taken_ >= progress_bytes) {
      since_ms_ = now_ms;
      taken_ = taken;
    }
    return now_ms - *since_ms_ >= limit_ms;
  }

 private:
  std::optional<std::int64_t> since_ms_;
  std::uint64_t taken_ = 0;  // at that time
};

}  // namespace usquic::delivery
