#include "http/body_length.h"

#include <gtest/gtest.h>

namespace usquic::http {
namespace {

TEST(BodyLength, MayBeAnyWhereNoneIsExpected) {
  BodyLength body;
  EXPECT_FALSE(body.is_short());
  body.add(5);
  EXPECT_TRUE(body.has_come());
  EXPECT_FALSE(body.is_short());
  EXPECT_FALSE(body.is_exceeded());
}

TEST(BodyLength, IsShortUntilItIsWhole) {
  BodyLength body;
  body.expect(5);
  EXPECT_FALSE(body.has_come());
  EXPECT_TRUE(body.is_short());
  body.add(4);
  EXPECT_TRUE(body.is_short());
  body.add(1);
  EXPECT_FALSE(body.is_short());
  EXPECT_FALSE(body.is_exceeded());
}

TEST(BodyLength, IsExceededByOneByteMore) {
  BodyLength body;
  body.expect(5);
  body.add(6);
  EXPECT_TRUE(body.is_exceeded());
  EXPECT_FALSE(body.is_short());
}

TEST(BodyLength, OfNoBodyIsExceededByAny) {
  BodyLength body;
  body.expect(0);
  EXPECT_FALSE(body.is_short());
  body.add(1);
  EXPECT_TRUE(body.is_exceeded());
}

}  // namespace
}  // namespace usquic::http
