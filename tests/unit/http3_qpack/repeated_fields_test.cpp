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

// Fields of one response, each sent every time.
TEST(RepeatedFields, KnowsFieldsThatShareASet) {
  BlockPool pool;
  RepeatedFields fields(pool);
  for (const std::uint32_t hash : {0x10080U, 0x20080U, 0x30080U, 0x40080U}) {
    EXPECT_FALSE(fields.is_repeated(hash));
  }
  for (const std::uint32_t hash : {0x10080U, 0x20080U, 0x30080U, 0x40080U}) {
    EXPECT_TRUE(fields.is_repeated(hash));
  }
}

TEST(RepeatedFields, ForgetsTheOldestForAnother) {
  BlockPool pool;
  RepeatedFields fields(pool);
  for (const std::uint32_t hash : {0x10080U, 0x20080U, 0x30080U, 0x40080U, 0x50080U}) {
    EXPECT_FALSE(fields.is_repeated(hash));
  }
  EXPECT_TRUE(fields.is_repeated(0x20080));
  EXPECT_FALSE(fields.is_repeated(0x10080));
}

}  // namespace
}  // namespace usquic::http3::qpack
