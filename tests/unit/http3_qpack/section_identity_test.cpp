#include "http3/qpack/section_identity.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fields.h"

namespace usquic::http3::qpack {
namespace {

std::string identity_of(const Fields& fields, unsigned flags = 0) {
  auto headers = to_headers(fields);
  for (us_quic_header_t& header : headers) header.flags = flags;
  return std::string(as_text(SectionIdentity(headers).bytes()));
}

TEST(SectionIdentity, IsOneOfTheFieldsAlone) {
  const Fields fields = {{":status", "200"}, {"server", "x"}};
  EXPECT_EQ(identity_of(fields), identity_of(Fields(fields)));
  EXPECT_EQ(identity_of(fields), identity_of(fields, US_QUIC_HEADER_STATIC));
  const std::set<std::string> identities = {
      identity_of({{"ab", "cd"}}),           identity_of({{"abc", "d"}}),
      identity_of({{"a", "bcd"}}),           identity_of({{"abcd", ""}}),
      identity_of({{"ab", "ce"}}),           identity_of({{"ab", ""}, {"cd", ""}}),
      identity_of({{"cd", ""}, {"ab", ""}}), identity_of({{"ab", "cd"}, {"ab", "cd"}}),
  };
  EXPECT_EQ(identities.size(), 8U);
}

// Those are known by their HEADERS frame.
TEST(SectionIdentity, IsNoneOfAPreparedResponse) {
  EXPECT_NE(identity_of({{":status", "200"}}).front(), 1);
}

TEST(SectionIdentity, IsEmptyWhereNothingIsToBeRemembered) {
  EXPECT_EQ(identity_of({}), "");
  EXPECT_EQ(identity_of({{"authorization", "secret"}}, US_QUIC_HEADER_NEVER_INDEX), "");
  const std::size_t longest = SectionCache::max_identity_bytes - 6;
  EXPECT_EQ(identity_of({{"a", std::string(longest, 'x')}}).size(), SectionCache::max_identity_bytes);
  EXPECT_EQ(identity_of({{"a", std::string(longest + 1, 'x')}}), "");
  EXPECT_EQ(identity_of({{std::string(1 << 20, 'x'), ""}}), "");
  EXPECT_EQ(identity_of({{"a", std::string(400, 'x')}, {"b", std::string(400, 'x')}}), "");
}

}  // namespace
}  // namespace usquic::http3::qpack
