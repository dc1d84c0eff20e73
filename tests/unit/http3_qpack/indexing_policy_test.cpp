#include "http3/qpack/indexing_policy.h"

#include <gtest/gtest.h>

namespace usquic::http3::qpack {
namespace {

Indexing indexing(std::string_view name, std::string_view value, SectionRole role = SectionRole::request,
                  unsigned flags = 0) {
  const us_quic_header_t field = {name.data(), name.size(), value.data(), value.size(), flags};
  return indexing_of(role, field, find_in_static_table(name, value));
}

TEST(IndexingPolicy, KeepsSecretsOutOfEveryTable) {
  EXPECT_EQ(indexing("authorization", "Basic abcdefghijklmnopqrstuvwxyz"), Indexing::never);
  EXPECT_EQ(indexing("cookie", "id=0123456789abcde"), Indexing::never);
  EXPECT_EQ(indexing("cookie", "id=0123456789abcdef0"), Indexing::enter);
  EXPECT_EQ(indexing("x", "y", SectionRole::other, US_QUIC_HEADER_NEVER_INDEX), Indexing::never);
}

TEST(IndexingPolicy, EntersNothingThatDoesNotRepeat) {
  for (const char* name : {"set-cookie", "age", "location", "if-modified-since", "if-none-match"}) {
    EXPECT_EQ(indexing(name, "value"), Indexing::literal) << name;
  }
  EXPECT_EQ(indexing(":path", "/a?b"), Indexing::literal);
  EXPECT_EQ(indexing(":path", "/a"), Indexing::enter);
  EXPECT_EQ(indexing("content-length", "12"), Indexing::literal);
  EXPECT_EQ(indexing("content-length", "12", SectionRole::other), Indexing::enter);
  for (const char* name : {"etag", "date", "user-agent", "x-of-our-own"}) {
    EXPECT_EQ(indexing(name, "value"), Indexing::enter) << name;
  }
}

}  // namespace
}  // namespace usquic::http3::qpack
