// When requests of an open loop are due: evenly spaced, whether or not answers come. Latencies are
// measured from here, so that a server that stalls cannot hide it by holding the next requests
// back (coordinated omission).
#pragma once

#include <cmath>
#include <cstdint>

namespace usquic::tools::load {

class Arrivals {
 public:
  Arrivals() = default;
  // per_second requests in total, of which this is the share `index` of `shares`.
  Arrivals(double per_second, std::uint64_t index, std::uint64_t shares)
      : interval_ns_(1e9 * static_cast<double>(shares) / per_second),
        offset_ns_(1e9 * static_cast<double>(index) / per_second) {}

  void start(std::int64_t now_ns) {
    start_ns_ = now_ns;
    next_ = 0;
  }
  // None is due at `end_ns` or later.
  void end(std::int64_t end_ns) { end_ns_ = end_ns; }

  std::int64_t next_due_ns() const {
    return start_ns_ + static_cast<std::int64_t>(offset_ns_ + (interval_ns_ * static_cast<double>(next_)));
  }
  bool is_due(std::int64_t now_ns) const {
    const std::int64_t due = next_due_ns();
    return due <= now_ns && due < end_ns_;
  }
  std::int64_t take() {
    const std::int64_t due = next_due_ns();
    ++next_;
    return due;
  }

 private:
  double interval_ns_ = 0;
  double offset_ns_ = 0;
  std::int64_t start_ns_ = 0;
  std::int64_t end_ns_ = INT64_MAX;
  std::uint64_t next_ = 0;
};

}  // namespace usquic::tools::load
