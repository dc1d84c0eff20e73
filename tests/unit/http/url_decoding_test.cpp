#include "http/url_decoding.h"

#include <gtest/gtest.h>

namespace {

using namespace usquic::http;

TEST(UrlDecoding, LeavesWhatIsNoEscape) {
  EXPECT_EQ(decode("a%20b%2Fc+d", Plus::is_itself), "a b/c+d");
  EXPECT_EQ(decode("a+b%zz%4", Plus::is_space), "a b%zz%4");
  EXPECT_FALSE(needs_decoding("a+b", Plus::is_itself));
  EXPECT_TRUE(needs_decoding("a+b", Plus::is_space));
}

TEST(UrlDecoding, FindsTheFirstQueryFieldOfAName) {
  EXPECT_EQ(find_query_field("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(find_query_field("&&x%20y=1=2", "x y"), "1=2");
  EXPECT_EQ(find_query_field("flag&a", "flag"), "");
  EXPECT_EQ(find_query_field("a=1", "b"), std::nullopt);
}

}  // namespace
