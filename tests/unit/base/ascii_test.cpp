#include "base/ascii.h"

#include <gtest/gtest.h>

namespace usquic {
namespace {

TEST(Ascii, TellsLettersDigitsAndBlanks) {
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const std::string_view digits = "0123456789";
    const std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    EXPECT_EQ(is_digit(c), digits.find(c) != std::string_view::npos) << code;
    EXPECT_EQ(is_letter(c), letters.find(c) != std::string_view::npos) << code;
    EXPECT_EQ(is_blank(c), c == ' ' || c == '\t') << code;
  }
}

TEST(Ascii, LowerCaseLeavesOtherBytesAsTheyAre) {
  EXPECT_EQ(to_lower("@AZ[`az{09\xc3\x84"), "@az[`az{09\xc3\x84");
}

TEST(Ascii, ComparesIgnoringCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "content-lengtH"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Ascii, TrimsSpacesAndTabsAtBothEnds) {
  EXPECT_EQ(trim(" \t a\tb \t"), "a\tb");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\na "), "\na");
}

TEST(Ascii, ParsesWholeDecimalNumbers) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("0042"), 42u);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

TEST(Ascii, WritesAndReadsHexadecimalDigits) {
  EXPECT_EQ(to_hex(0), "0");
  EXPECT_EQ(to_hex(UINT64_C(0xfedcba9876543210)), "fedcba9876543210");
  EXPECT_EQ(to_hex(-255), "-ff");
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('a'), 10);
  EXPECT_EQ(hex_digit('F'), 15);
  EXPECT_EQ(hex_digit('g'), -1);
  EXPECT_EQ(hex_digit('/'), -1);
}

TEST(Ascii, TakesItemsOfAList) {
  std::string_view list = " a , ,b;q=1,, c";
  EXPECT_EQ(next_list_item(list), "a");
  EXPECT_EQ(next_list_item(list), "b;q=1");
  EXPECT_EQ(next_list_item(list), "c");
  EXPECT_EQ(next_list_item(list), "");
  EXPECT_EQ(next_list_item(list), "");
}

}  // namespace
}  // namespace usquic
