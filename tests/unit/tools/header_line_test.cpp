#include "header_line.h"

#include <gtest/gtest.h>

#include "serve/added_fields.h"

namespace usquic::tools {
namespace {

TEST(HeaderLine, HasCurlsForms) {
  const auto field = parse_header_line("X-Frame-Options:  DENY \t");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->name, "x-frame-options");
  EXPECT_EQ(field->value, "DENY");
  EXPECT_FALSE(field->removes);
  EXPECT_TRUE(parse_header_line("Accept:")->removes);
  const auto empty = parse_header_line("X-Empty;");
  ASSERT_TRUE(empty);
  EXPECT_FALSE(empty->removes);
  EXPECT_EQ(empty->value, "");
}

TEST(HeaderLine, RefusesWhatNoFieldMayHave) {
  for (const char* line :
       {"", ";", ":", ": x", "name", "two words: x", "a: b\r\nc: d", "a\n: b", "a: \x7f", ":path: /"}) {
    EXPECT_FALSE(parse_header_line(line)) << line;
  }
}

TEST(AddedFields, AreThoseOfTheLines) {
  const auto fields = serve::parse_added_fields({"A: 1", "b: 2: 3"});
  const auto* list = std::get_if<std::vector<files::Field>>(&fields);
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].name, "a");
  EXPECT_EQ((*list)[1].value, "2: 3");
}

TEST(AddedFields, CannotBeThoseOfTheBodyOrTheConnection) {
  for (const char* line : {"Content-Length: 1", "connection: close", "no colon", "empty:"}) {
    const auto fields = serve::parse_added_fields({line});
    const auto* failure = std::get_if<Failure>(&fields);
    ASSERT_NE(failure, nullptr) << line;
    EXPECT_EQ(failure->code, ExitCode::Usage);
  }
}

}  // namespace
}  // namespace usquic::tools
