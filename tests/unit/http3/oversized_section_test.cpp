#include "http3/oversized_section.h"

#include <gtest/gtest.h>

#include <string_view>

#include "http/field_rules.h"

namespace usquic::http3 {
namespace {

TEST(OversizedSection, OfARequestIsAnswered) {
  EXPECT_TRUE(is_answered_with_431({.is_request = true}));
}

TEST(OversizedSection, OfTrailersOrAResponseEndsTheStream) {
  EXPECT_FALSE(is_answered_with_431({.is_request = false}));
}

TEST(OversizedSection, OfARequestThatHasItsResponseEndsTheStream) {
  EXPECT_FALSE(is_answered_with_431({.is_request = true, .is_answered = true}));
}

TEST(OversizedSection, OfARequestThatCanGetNoResponseEndsTheStream) {
  EXPECT_FALSE(is_answered_with_431({.is_request = true, .is_write_closed = true}));
}

TEST(OversizedSection, IsAnsweredByAFinalResponseWithoutABody) {
  const auto fields = oversized_response();
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(std::string_view(fields[0].name, fields[0].name_length), ":status");
  EXPECT_EQ(std::string_view(fields[0].value, fields[0].value_length), "431");
  EXPECT_EQ(std::string_view(fields[1].name, fields[1].name_length), "content-length");
  EXPECT_EQ(std::string_view(fields[1].value, fields[1].value_length), "0");
  EXPECT_EQ(http::check_section(http::SectionKind::response, fields), 0);
}

// RFC 9114 section 8.1.
TEST(OversizedSection, HasTheCodesOfACompleteResponseAndOfExcessiveLoad) {
  EXPECT_EQ(oversized_answered, 0x100U);
  EXPECT_EQ(oversized_failed, 0x107U);
}

}  // namespace
}  // namespace usquic::http3
