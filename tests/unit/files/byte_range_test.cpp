#include "files/byte_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace usquic::files {
namespace {

using testing::ElementsAre;

TEST(ByteRange, SelectsAClosedRange) {
  const auto selection = select_ranges("bytes=0-99", 1000);
  EXPECT_EQ(selection.outcome, RangeOutcome::Partial);
  EXPECT_THAT(selection.ranges, ElementsAre(ByteRange{0, 99}));
}

TEST(ByteRange, SelectsAnOpenRangeAndASuffix) {
  EXPECT_THAT(select_ranges("bytes=990-", 1000).ranges, ElementsAre(ByteRange{990, 999}));
  EXPECT_THAT(select_ranges("bytes=-10", 1000).ranges, ElementsAre(ByteRange{990, 999}));
  EXPECT_THAT(select_ranges("bytes=-5000", 1000).ranges, ElementsAre(ByteRange{0, 999}));
}

TEST(ByteRange, CutsARangeAtTheEndOfTheFile) {
  EXPECT_THAT(select_ranges("bytes=900-99999", 1000).ranges, ElementsAre(ByteRange{900, 999}));
}

TEST(ByteRange, KeepsTheOrderOfSeveralRanges) {
  EXPECT_THAT(select_ranges("Bytes = 500-599, 0-9 ,,", 1000).ranges,
              ElementsAre(ByteRange{500, 599}, ByteRange{0, 9}));
}

TEST(ByteRange, JoinsOverlappingRanges) {
  EXPECT_THAT(select_ranges("bytes=0-99,50-149,300-399", 1000).ranges,
              ElementsAre(ByteRange{0, 149}, ByteRange{300, 399}));
}

TEST(ByteRange, LeavesOutWhatIsBeyondTheEnd) {
  EXPECT_THAT(select_ranges("bytes=0-0,5000-6000", 1000).ranges, ElementsAre(ByteRange{0, 0}));
  EXPECT_EQ(select_ranges("bytes=1000-", 1000).outcome, RangeOutcome::Unsatisfiable);
  EXPECT_EQ(select_ranges("bytes=-0", 1000).outcome, RangeOutcome::Unsatisfiable);
  EXPECT_EQ(select_ranges("bytes=0-", 0).outcome, RangeOutcome::Unsatisfiable);
}

TEST(ByteRange, IgnoresAMalformedField) {
  for (const char* field : {"bytes=", "bytes=a-b", "bytes=5-2", "bytes=--1", "bytes", "lines=0-1", "bytes=1",
                            "", "bytes=0-1,x", "bytes=99999999999999999999-", "bytes=+1-2"}) {
    EXPECT_EQ(select_ranges(field, 1000).outcome, RangeOutcome::Whole) << field;
  }
}

TEST(ByteRange, IgnoresAFieldWithTooManyRanges) {
  std::string field = "bytes=0-0";
  for (std::size_t i = 1; i < max_ranges; ++i)
    field += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  EXPECT_EQ(select_ranges(field, 1000).ranges.size(), max_ranges);
  EXPECT_EQ(select_ranges(field + ",900-901", 1000).outcome, RangeOutcome::Whole);
}

}  // namespace
}  // namespace usquic::files
