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
  static constexpr unsigned kSubBucketBits = 7;
  // A percentile is the middle of a bucket: off by half a bucket's width at most.
  static constexpr double kRelativeError = 1.0 / (2 << kSubBucketBits);
  // Larger values (more than an hour in nanoseconds) count as this.
  static constexpr unsigned kValueBits = 42;
  static constexpr std::int64_t kLargest = (std::int64_t{1} << kValueBits) - 1;

  // A value below zero counts as zero.
  void record(std::int64_t value) {
    const std::int64_t held = std::clamp<std::int64_t>(value, 0, kLargest);
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
  static constexpr std::uint64_t kSubBuckets = std::uint64_t{1} << kSubBucketBits;
  static constexpr std::size_t kBuckets = (kValueBits - kSubBucketBits + 1) * kSubBuckets;

  static constexpr std::size_t bucket_of(std::uint64_t value) {
    const unsigned width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > kSubBucketBits + 1 ? width - kSubBucketBits - 1 : 0;
    return static_cast<std::size_t>((shift * kSubBuckets) + (value >> shift));
  }
  static std::int64_t middle_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> counts_ = {};
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t min_ = kLargest;
  std::int64_t max_ = 0;
};

}  // namespace usquic::tools::load
