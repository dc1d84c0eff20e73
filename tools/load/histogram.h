// Durations counted in a log-linear (HDR style) histogram: constant memory, a few instructions for each
// value, and percentiles with a bounded relative error over the whole range.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace usquic::tools::load {

class Histogram {
 public:
  // Each power of two is divided into so many buckets of one width.
  static constexpr unsigned sub_bucket_bits = 7;
  // A percentile is the middle of a bucket: off by half a bucket's width at most.
  static constexpr double relative_error = 1.0 / (2 << sub_bucket_bits);
  // Larger values (more than an hour in nanoseconds) count as this.
  static constexpr unsigned value_bits = 42;
  static constexpr std::int64_t max_value = (std::int64_t{1} << value_bits) - 1;

  // A value below zero counts as zero.
  void record(std::int64_t value) {
    const std::int64_t held = std::clamp<std::int64_t>(value, 0, max_value);
    ++counts_[bucket_of(static_cast<std::uint64_t>(held))];
    ++count_;
    sum_ += static_cast<double>(held);
    min_ = std::min(min_, held);
    max_ = std::max(max_, held);
  }
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  // Exact. 0 when nothing was recorded; so are the mean and the percentiles.
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max() const { return max_; }
  double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  // The value that `percent` (0 to 100) of all values do not exceed.
  std::int64_t percentile(double percent) const;

 private:
  static constexpr std::uint64_t sub_bucket_count = std::uint64_t{1} << sub_bucket_bits;
  static constexpr std::size_t bucket_count = (value_bits - sub_bucket_bits + 1) * sub_bucket_count;

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    const unsigned width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > sub_bucket_bits + 1 ? width - sub_bucket_bits - 1 : 0;
    return static_cast<std::size_t>((shift * sub_bucket_count) + (value >> shift));
  }
  static std::int64_t middle_of(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> counts_ = {};
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t min_ = max_value;
  std::int64_t max_ = 0;
};

}  // namespace usquic::tools::load
