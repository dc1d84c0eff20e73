#include "delivery/static_answer.h"

#include <gtest/gtest.h>

#include "delivery/prepared_answer.h"

namespace usquic::delivery {
namespace {

std::string value_of(const files::Response& response, std::string_view name) {
  for (const files::Field& field : response.fields) {
    if (field.name == name) return field.value;
  }
  return "(none)";
}

TEST(StaticAnswer, IsPreparedOnceInASecondWhereItIsSmall) {
  StaticAnswer small(200, {{"content-type", "text/plain"}}, std::string(max_prepared_bytes, 's'));
  const PreparedResponse* first = small.prepared(false, 1000);
  ASSERT_NE(first, nullptr);
  const us_quic_prepared_response_t* native = first->native();
  EXPECT_EQ(small.prepared(false, 1000)->native(), native);
  StaticAnswer large(200, {{"etag", "\"1\""}}, std::string(max_prepared_bytes + 1, 'l'));
  EXPECT_EQ(large.prepared(false, 1000), nullptr);
  EXPECT_NE(large.prepared(true, 1000), nullptr) << "a 304 is small";
}

TEST(StaticAnswer, IsMadeForEachMethodWithItsLength) {
  const StaticAnswer answer(200, {{"x-one", "1"}}, "body");
  const files::Response whole = answer.make(false, "GET");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(value_of(whole, "x-one"), "1");
  EXPECT_EQ(value_of(whole, "content-length"), "4");
  ASSERT_EQ(whole.body.size(), 1U);
  EXPECT_EQ(*whole.body[0].memory, "body");
  EXPECT_EQ(answer.make(false, "POST").body[0].memory, whole.body[0].memory) << "no copy";
  const files::Response head = answer.make(false, "HEAD");
  EXPECT_EQ(value_of(head, "content-length"), "4");
  EXPECT_TRUE(head.body.empty());
}

TEST(StaticAnswer, TellsOfTheNotModifiedWhatItMay) {
  const StaticAnswer answer(200, {{"etag", "\"1\""}, {"vary", "x"}, {"content-type", "text/plain"}}, "body");
  const files::Response known = answer.make(true, "GET");
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(value_of(known, "etag"), "\"1\"");
  EXPECT_EQ(value_of(known, "vary"), "x");
  EXPECT_EQ(value_of(known, "content-type"), "(none)");
  EXPECT_EQ(value_of(known, "content-length"), "(none)");
  EXPECT_TRUE(known.body.empty());
}

TEST(StaticAnswer, HasNoContentWhereItsStatusSaysSo) {
  const StaticAnswer answer(204, {}, "left out");
  EXPECT_TRUE(answer.make(false, "GET").body.empty());
  EXPECT_EQ(value_of(answer.make(false, "GET"), "content-length"), "(none)");
}

TEST(StaticAnswer, IsNotValidWithMalformedFields) {
  EXPECT_TRUE(StaticAnswer(200, {{"x", "y"}}, "").is_valid());
  EXPECT_FALSE(StaticAnswer(200, {{"x", "a\r\nb"}}, "").is_valid());
  EXPECT_FALSE(StaticAnswer(200, {{"two words", "y"}}, "").is_valid());
}

}  // namespace
}  // namespace usquic::delivery
