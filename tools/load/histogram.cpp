#include "load/histogram.h"

#include <cmath>

namespace usquic::tools::load {

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::int64_t Histogram::percentile(double percent) const {
  if (count_ == 0) return 0;
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::clamp(middle_of(i), min_, max_);
  }
  return max_;
}

std::int64_t Histogram::middle_of(std::size_t bucket) {
  if (bucket < 2 * sub_bucket_count) return static_cast<std::int64_t>(bucket);  // one value wide
  const std::uint64_t shift = (bucket / sub_bucket_count) - 1;
  const std::uint64_t lowest = (bucket - (shift * sub_bucket_count)) << shift;
  return static_cast<std::int64_t>(lowest + ((std::uint64_t{1} << shift) / 2));
}

}  // namespace usquic::tools::load
