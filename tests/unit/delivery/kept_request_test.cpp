#include "delivery/kept_request.h"

#include <gtest/gtest.h>

namespace usquic::delivery {
namespace {

TEST(KeptRequest, IsTheSameRequestWhenTheFirstIsGone) {
  std::string path = "/a?b";
  std::string range = "bytes=1-";
  files::Request request{.method = "GET", .path = path, .range = range};
  request.conditions.if_none_match = "\"x\"";
  const KeptRequest kept(request);
  path = range = "gone";
  const files::Request again = kept.request();
  EXPECT_EQ(again.method, "GET");
  EXPECT_EQ(again.path, "/a?b");
  EXPECT_EQ(again.range, "bytes=1-");
  EXPECT_EQ(again.accept_encoding, std::nullopt);
  EXPECT_EQ(again.conditions.if_none_match, "\"x\"");
  EXPECT_EQ(again.conditions.if_match, std::nullopt);
}

}  // namespace
}  // namespace usquic::delivery
