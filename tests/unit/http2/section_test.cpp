#include "http2/section.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::http2 {
namespace {

constexpr std::size_t beside_field = 32;

std::string text_of(Section& section) {
  std::string text;
  for (const us_quic_header_t& field : section.complete()) {
    text.append(field.name, field.name_length)
        .append("=")
        .append(field.value, field.value_length)
        .append("\n");
  }
  return text;
}

TEST(Section, KeepsFieldsInTheirOrder) {
  Section section;
  EXPECT_EQ(section.add("a", "1", 1000), Section::Fit::fits);
  EXPECT_EQ(section.add("empty", "", 1000), Section::Fit::fits);
  EXPECT_EQ(section.add("", "nameless", 1000), Section::Fit::fits);
  EXPECT_EQ(section.add("a", std::string("2\0", 2), 1000), Section::Fit::fits);
  EXPECT_EQ(text_of(section), std::string("a=1\nempty=\n=nameless\na=2\0\n", 26));
}

TEST(Section, FieldsStandWhereTheyWereWhenManyFollow) {
  Section section;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "name" + std::to_string(i);
    section.add(name, "value", 1 << 20);
    expected += name + "=value\n";
  }
  EXPECT_EQ(text_of(section), expected);
}

TEST(Section, CountsBytesBesideEachField) {
  Section section;
  const std::size_t most = 2 * (3 + beside_field);
  EXPECT_EQ(section.add("a", "12", most), Section::Fit::fits);
  EXPECT_EQ(section.add("ab", "1", most), Section::Fit::fits);
  EXPECT_FALSE(section.is_too_large());
  EXPECT_EQ(section.add("", "", most), Section::Fit::too_large);
  EXPECT_TRUE(section.is_too_large());
}

TEST(Section, KeepsNothingBehindTheFieldThatIsTooLarge) {
  Section section;
  EXPECT_EQ(section.add("a", "1", 100), Section::Fit::fits);
  EXPECT_EQ(section.add("large", std::string(200, 'x'), 100), Section::Fit::too_large);
  EXPECT_EQ(section.add("b", "2", 100), Section::Fit::too_large);
  EXPECT_EQ(text_of(section), "a=1\n");
}

TEST(Section, SeveralTimesTheLimitIsAFlood) {
  Section section;
  const std::size_t most = 100;
  std::size_t counted = 0;
  for (; counted + beside_field + 8 <= 4 * most; counted += beside_field + 8) {
    EXPECT_NE(section.add("name", "1234", most), Section::Fit::flood) << counted;
  }
  EXPECT_EQ(section.add("name", "1234", most), Section::Fit::flood);
  EXPECT_EQ(section.add("name", "1234", most), Section::Fit::flood);
}

TEST(Section, IsEmptyAgainAfterClear) {
  Section section;
  section.add("large", std::string(10'000, 'x'), 100);
  section.clear();
  EXPECT_FALSE(section.is_too_large());
  EXPECT_EQ(section.add("a", "1", 100), Section::Fit::fits);
  EXPECT_EQ(text_of(section), "a=1\n");
  section.add("many", std::string(20'000, 'x'), 1 << 20);
  section.clear();
  EXPECT_TRUE(section.complete().empty());
}

}  // namespace
}  // namespace usquic::http2
