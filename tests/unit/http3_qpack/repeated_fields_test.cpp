#include "http3/qpack/repeated_fields.h"

#include <gtest/gtest.h>

namespace usquic::http3::qpack {
namespace {

TEST(RepeatedFields, KnowsAFieldTheSecondTime) {
  BlockPool pool;
  RepeatedFields fields(pool);
  EXPECT_FALSE(fields.is_repeated(0x12345));
  EXPECT_TRUE(fields.is_repeated(0x12345));
  EXPECT_TRUE(fields.is_repeated(0x12345));
  EXPECT_FALSE(fields.is_repeated(0x12346));
}

TEST(RepeatedFields, ForgetsOneForAnother) {
  BlockPool pool;
  RepeatedFields fields(pool);
  EXPECT_FALSE(fields.is_repeated(0x10080));
  EXPECT_FALSE(fields.is_repeated(0x20080));
  EXPECT_FALSE(fields.is_repeated(0x10080));
}

}  // namespace
}  // namespace usquic::http3::qpack
