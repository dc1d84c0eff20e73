#include "load/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace usquic::tools::load {
namespace {

constexpr double percentiles[] = {0, 1, 10, 50, 90, 99, 99.9, 100};

// The value that `percent` of the sorted values do not exceed.
std::int64_t exact_percentile(const std::vector<std::int64_t>& sorted, double percent) {
  const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

TEST(LoadHistogram, TellsNothingWhenEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.percentile(50), 0);
}

TEST(LoadHistogram, TellsOneValueForEveryPercentile) {
  Histogram histogram;
  histogram.record(123'456'789);
  for (const double percent : percentiles) EXPECT_EQ(histogram.percentile(percent), 123'456'789);
  EXPECT_EQ(histogram.mean(), 123'456'789);
}

TEST(LoadHistogram, IsExactForSmallValues) {
  Histogram histogram;
  for (std::int64_t value = 0; value < 256; ++value) histogram.record(value);
  for (const double percent : percentiles) {
    const auto rank = std::max(1.0, std::ceil(percent / 100 * 256));
    EXPECT_EQ(histogram.percentile(percent), static_cast<std::int64_t>(rank) - 1) << percent;
  }
}

TEST(LoadHistogram, IsOffByItsRelativeErrorAtMostOverTheWholeRange) {
  constexpr unsigned seed = 7;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, Histogram::value_bits - 0.001);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(std::exp2(exponent(random))));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (int tenth = 0; tenth <= 1000; ++tenth) {
    const double percent = tenth / 10.0;
    const auto exact = static_cast<double>(exact_percentile(values, percent));
    const auto told = static_cast<double>(histogram.percentile(percent));
    EXPECT_LE(std::abs(told - exact), exact * Histogram::relative_error) << percent << " seed " << seed;
  }
  EXPECT_EQ(histogram.min(), values.front());
  EXPECT_EQ(histogram.max(), values.back());
}

TEST(LoadHistogram, NeverTellsMoreThanTheGreatestValueOrLessThanTheLeast) {
  Histogram histogram;
  histogram.record(1'000'001);
  histogram.record(1'000'002);  // one bucket with the first, whose middle is outside of both
  EXPECT_GE(histogram.percentile(0), 1'000'001);
  EXPECT_LE(histogram.percentile(100), 1'000'002);
}

TEST(LoadHistogram, CountsWhatIsOutOfRangeAsTheEndOfTheRange) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), Histogram::max_value);
  EXPECT_EQ(histogram.percentile(50), 0);
}

TEST(LoadHistogram, MergesAsIfAllWereRecordedInOne) {
  Histogram one;
  Histogram other;
  Histogram all;
  for (std::int64_t value = 1; value < 1'000'000; value = value * 3 / 2 + 1) {
    (value % 2 == 0 ? one : other).record(value);
    all.record(value);
  }
  one.merge(other);
  EXPECT_EQ(one.count(), all.count());
  EXPECT_EQ(one.min(), all.min());
  EXPECT_EQ(one.max(), all.max());
  EXPECT_DOUBLE_EQ(one.mean(), all.mean());
  for (const double percent : percentiles) EXPECT_EQ(one.percentile(percent), all.percentile(percent));
}

TEST(LoadHistogram, MergingAnEmptyOneChangesNothing) {
  Histogram histogram;
  histogram.record(5);
  histogram.merge(Histogram());
  EXPECT_EQ(histogram.min(), 5);
  EXPECT_EQ(histogram.max(), 5);
  EXPECT_EQ(histogram.count(), 1u);
}

}  // namespace
}  // namespace usquic::tools::load
