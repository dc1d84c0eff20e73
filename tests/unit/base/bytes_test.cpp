#include "base/bytes.h"

#include <gtest/gtest.h>

namespace {

TEST(Bytes, ViewTextAndMemoryWithoutCopying) {
  const std::string_view text("a\0b", 3);
  const usquic::Bytes bytes = usquic::as_bytes(text);
  EXPECT_EQ(static_cast<const void*>(bytes.data()), text.data());
  EXPECT_EQ(bytes.size(), 3u);
  EXPECT_EQ(usquic::as_text(bytes), text);
  EXPECT_EQ(usquic::as_bytes(text.data(), 2).size(), 2u);
  EXPECT_TRUE(usquic::as_text({}).empty());
}

}  // namespace
