#include "transport/loss_count.h"

#include <algorithm>

namespace usquic::transport {
namespace {

bool contain(std::span<const AckRange> ranges, std::uint64_t number) {
  return std::ranges::any_of(ranges,
                             [number](AckRange r) { return r.smallest <= number && number <= r.largest; });
}

// How many of the numbers from `first` on and below `end` are in these ranges.
std::uint64_t count_between(std::span<const AckRange> ranges, std::uint64_t first, std::uint64_t end) {
  std::uint64_t count = 0;
  for (const AckRange& r : ranges) {
    const std::uint64_t from = std::max(r.smallest, first);
    const std::uint64_t to = std::min(r.largest + 1, end);
    if (from < to) count += to - from;
  }
  return count;
}

}  // namespace

void LossCount::acknowledged(std::span<const AckRange> ranges) {
  if (ranges.empty()) return;
  for (std::uint64_t i = 0; i < threshold; ++i) {
    is_known_[i] = is_known_[i] || contain(ranges, undecided_ + i);
  }
  const std::uint64_t largest = ranges.front().largest;
  const std::uint64_t end = largest < threshold ? 0 : largest - threshold + 1;
  if (end <= undecided_) return;
  const std::uint64_t behind = std::min(end, undecided_ + threshold);
  for (std::uint64_t n = undecided_; n < behind; ++n) lost_ += is_known_[n - undecided_] ? 0 : 1;
  lost_ += end - behind - count_between(ranges, behind, end);
  const std::uint64_t steps = end - undecided_;
  for (std::uint64_t i = 0; i < threshold; ++i) {
    is_known_[i] = (i + steps < threshold && is_known_[i + steps]) || contain(ranges, end + i);
  }
  undecided_ = end;
}

}  // namespace usquic::transport
