#include "http/field_class.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::http {
namespace {

TEST(ClassifyName, KnowsTheFieldsOfTheRules) {
  EXPECT_EQ(classify_name(":path"), FieldName::path);
  EXPECT_EQ(classify_name(":unknown"), FieldName::invalid);
  EXPECT_EQ(classify_name(""), FieldName::invalid);
  EXPECT_EQ(classify_name("Host"), FieldName::invalid);
  EXPECT_EQ(classify_name("a b"), FieldName::invalid);
  EXPECT_EQ(classify_name("host"), FieldName::host);
  EXPECT_EQ(classify_name("te"), FieldName::te);
  EXPECT_EQ(classify_name("content-length"), FieldName::content_length);
  EXPECT_EQ(classify_name("content-lengte"), FieldName::other);
  for (const char* name : {"upgrade", "connection", "keep-alive", "proxy-connection", "transfer-encoding"}) {
    EXPECT_EQ(classify_name(name), FieldName::connection_specific) << name;
  }
}

// Every byte at every place, in values of every length about the eight bytes that are looked at together.
TEST(ClassifyValue, FindsControlCharactersWherever) {
  for (std::size_t length = 1; length < 26; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int c = 0; c < 256; ++c) {
        std::string value(length, 'x');
        value[place] = static_cast<char>(c);
        const bool is_blank_end = (c == ' ' || c == '\t') && (place == 0 || place + 1 == length);
        const bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
        const bool is_valid = !is_blank_end && !is_control;
        EXPECT_EQ(classify_value(FieldName::other, value) == character_of_value, is_valid)
            << c << ' ' << place;
        EXPECT_EQ((classify_value(FieldName::path, value) & character_of_value) != 0, is_valid);
      }
    }
  }
  EXPECT_EQ(classify_value(FieldName::other, ""), character_of_value);
}

TEST(ClassifyValue, TellsWhatTheRulesAskFor) {
  EXPECT_NE(classify_value(FieldName::status, "200") & character_of_number, 0);
  EXPECT_EQ(classify_value(FieldName::status, "2x0") & character_of_number, 0);
  EXPECT_NE(classify_value(FieldName::authority, "a.example:443") & character_of_authority, 0);
  EXPECT_EQ(classify_value(FieldName::authority, "u@a.example") & character_of_authority, 0);
  EXPECT_EQ(classify_value(FieldName::path, "/a b") & character_of_path, 0);
  EXPECT_NE(classify_value(FieldName::method, "GET") & character_of_token, 0);
  EXPECT_NE(classify_value(FieldName::scheme, "https") & character_of_scheme, 0);
}

TEST(Classify, IsTheSameWhenCompiled) {
  constexpr FieldClass compiled = classify("accept", "text/html");
  EXPECT_EQ(compiled, classify(std::string("accept"), std::string("text/html")));
  EXPECT_TRUE(compiled.is_valid());
  static_assert(!classify("accept", "a\x7f").is_valid());
  static_assert(!classify("accept", " a").is_valid());
}

}  // namespace
}  // namespace usquic::http
