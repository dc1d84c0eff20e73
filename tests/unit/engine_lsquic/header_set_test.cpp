#include "engine/lsquic/header_set.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

namespace usquic::engine::lsquic {
namespace {

using Verdict = HeaderSet::Verdict;

us_quic_header_t header(std::string_view name, std::string_view value) {
  us_quic_header_t f{};
  f.name = name.data();
  f.name_length = name.size();
  f.value = value.data();
  f.value_length = value.size();
  return f;
}

// As lsquic's decoder does it.
void decode(HeaderSet& set, std::string_view name, std::string_view value) {
  lsxpack_header* field = set.prepare(nullptr, 0);
  ASSERT_NE(field, nullptr);
  const std::size_t length = name.size() + value.size();
  if (field->val_len < length) field = set.prepare(field, length);
  ASSERT_NE(field, nullptr);
  std::memcpy(field->buf, name.data(), name.size());
  std::memcpy(field->buf + name.size(), value.data(), value.size());
  field->name_offset = 0;
  field->name_len = static_cast<lsxpack_strlen_t>(name.size());
  field->val_offset = static_cast<lsxpack_offset_t>(name.size());
  field->val_len = static_cast<lsxpack_strlen_t>(value.size());
  set.add(*field);
}

void decode_request(HeaderSet& set) {
  decode(set, ":method", "GET");
  decode(set, ":scheme", "https");
  decode(set, ":authority", "server.test");
  decode(set, ":path", "/");
}

TEST(LsquicHeaderSet, KeepsFieldsInOrderAndWithoutWhiteSpace) {
  HeaderSet set(0);
  decode_request(set);
  decode(set, "accept", " \ttext/html ");
  set.complete();
  ASSERT_EQ(set.fields().size(), 5U);
  const us_quic_header_t& last = set.fields()[4];
  EXPECT_EQ(std::string_view(last.name, last.name_length), "accept");
  EXPECT_EQ(std::string_view(last.value, last.value_length), "text/html");
  http::SectionFacts facts;
  EXPECT_EQ(set.check(http::SectionKind::request, facts), Verdict::good);
}

TEST(LsquicHeaderSet, TakesValuesThatAreLargerThanItsFirstBuffer) {
  HeaderSet set(0);
  const std::string value(40'000, 'v');
  decode(set, "x", value);
  set.complete();
  ASSERT_EQ(set.fields().size(), 1U);
  EXPECT_EQ(std::string_view(set.fields()[0].value, set.fields()[0].value_length), value);
  EXPECT_EQ(set.prepare(nullptr, 70'000), nullptr) << "lsquic cannot count that";
}

TEST(LsquicHeaderSet, IsMalformedByTheRulesOfHttp3) {
  HeaderSet set(0);
  decode_request(set);
  decode(set, "connection", "close");
  set.complete();
  http::SectionFacts facts;
  EXPECT_EQ(set.check(http::SectionKind::request, facts), Verdict::malformed);
}

// RFC 9114 section 4.2.2: 32 bytes for each field count, too.
TEST(LsquicHeaderSet, IsOversizedAboveItsBoundAndKeepsNothingThen) {
  constexpr std::size_t of_request = 7 + 3 + 7 + 5 + 10 + 11 + 5 + 1 + 4 * 32;
  http::SectionFacts facts;
  HeaderSet fitting(of_request);
  decode_request(fitting);
  fitting.complete();
  EXPECT_EQ(fitting.check(http::SectionKind::request, facts), Verdict::good);
  HeaderSet tight(of_request - 1);
  decode_request(tight);
  tight.complete();
  EXPECT_EQ(tight.check(http::SectionKind::request, facts), Verdict::oversized);
  EXPECT_TRUE(tight.fields().empty());
}

TEST(LsquicOutgoingSection, IsInvalidWhereLsquicCannotCountAField) {
  const std::string value(70'000, 'v');
  const us_quic_header_t large[] = {header("x", value)};
  EXPECT_FALSE(OutgoingSection(large).is_valid());
  const us_quic_header_t small[] = {header(":status", "200")};
  EXPECT_TRUE(OutgoingSection(small).is_valid());
}

}  // namespace
}  // namespace usquic::engine::lsquic
