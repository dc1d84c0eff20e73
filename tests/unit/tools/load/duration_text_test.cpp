#include "load/duration_text.h"

#include <gtest/gtest.h>

namespace usquic::tools::load {
namespace {

TEST(LoadDurationText, ReadsNumbersWithUnits) {
  EXPECT_EQ(parse_duration("10s"), 10'000'000'000);
  EXPECT_EQ(parse_duration("10"), 10'000'000'000);
  EXPECT_EQ(parse_duration("500ms"), 500'000'000);
  EXPECT_EQ(parse_duration("250us"), 250'000);
  EXPECT_EQ(parse_duration("2m"), 120'000'000'000);
  EXPECT_EQ(parse_duration("1.5h"), 5'400'000'000'000);
  EXPECT_EQ(parse_duration("0"), 0);
}

TEST(LoadDurationText, RefusesWhatIsNone) {
  for (const char* text : {"", "s", "ms", "-1s", "+1s", "1x", "1 s", "1s ", "1e3s", "inf", "nan", "0x10",
                           "1.2.3s", "9000000h"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(LoadDurationText, WritesThreeDigitsInAFittingUnit) {
  EXPECT_EQ(format_duration(0), "0 ns");
  EXPECT_EQ(format_duration(999), "999 ns");
  EXPECT_EQ(format_duration(1'500), "1.50 us");
  EXPECT_EQ(format_duration(12'340), "12.3 us");
  EXPECT_EQ(format_duration(1'234'000), "1.23 ms");
  EXPECT_EQ(format_duration(61'000'000'000), "61.0 s");
  EXPECT_EQ(format_duration(5'000'000'000'000), "5000 s");
}

}  // namespace
}  // namespace usquic::tools::load
