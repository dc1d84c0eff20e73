// What still comes of a request that was answered before it was complete is taken and dropped for a while:
// some clients show the answer only once their upload is taken (docs/decisions). This says for how long.
#pragma once

#include <cstdint>

namespace usquic::app {

struct LingerLimits {
  std::uint64_t max_bytes = 64U << 20U;
  std::uint32_t max_ms = 300'000;
  std::uint64_t min_bytes_per_second = 1000;
};

class Lingering {
 public:
  Lingering() = default;
  Lingering(const LingerLimits& limits, std::int64_t now_ms, std::uint64_t round_trip_us);

  // More came. Returns whether still more may come.
  bool take(std::uint64_t bytes);
  // Called at due_ms(). Returns whether more may come; due_ms() is another time then.
  bool go_on(std::int64_t now_ms, std::uint64_t round_trip_us);
  std::int64_t due_ms() const;

 private:
  void begin_window(std::int64_t now_ms, std::uint64_t round_trip_us);

  LingerLimits limits_;
  std::int64_t began_ms_ = 0;
  std::int64_t window_began_ms_ = 0;
  std::int64_t window_ends_ms_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t taken_in_window_ = 0;
};

}  // namespace usquic::app
