#include "serve/memory_trim.h"

#include <gtest/gtest.h>

namespace usquic::tools::serve {
namespace {

TEST(MemoryTrim, GoesOnUntilTheLastIsGone) {
  MemoryTrim trim;
  EXPECT_FALSE(trim.is_due(1000));
  EXPECT_TRUE(trim.is_due(100));
  EXPECT_FALSE(trim.is_due(20));
  EXPECT_TRUE(trim.is_due(5));
  EXPECT_TRUE(trim.is_due(0));
  EXPECT_FALSE(trim.is_due(0));
  EXPECT_FALSE(trim.is_due(100));  // few
  EXPECT_FALSE(trim.is_due(0));
  EXPECT_FALSE(trim.is_due(1000));
  EXPECT_TRUE(trim.is_due(100));
  EXPECT_FALSE(trim.is_due(200));  // they come again
  EXPECT_FALSE(trim.is_due(20));
}

TEST(MemoryTrim, IsDueOnceAfterMostOfManyConnectionsAreGone) {
  MemoryTrim trim;
  EXPECT_FALSE(trim.is_due(0));
  for (const std::uint64_t open : {800U, 8000U, 4000U, 1001U}) EXPECT_FALSE(trim.is_due(open)) << open;
  EXPECT_TRUE(trim.is_due(1000));
  for (const std::uint64_t open : {1000U, 500U, 126U}) EXPECT_FALSE(trim.is_due(open)) << open;
  EXPECT_TRUE(trim.is_due(0));
  EXPECT_FALSE(trim.is_due(0));
}

TEST(MemoryTrim, IsNeverDueWithFewConnections) {
  MemoryTrim trim;
  for (int round = 0; round < 3; ++round) {
    EXPECT_FALSE(trim.is_due(MemoryTrim::min_peak - 1));
    EXPECT_FALSE(trim.is_due(0));
  }
}

}  // namespace
}  // namespace usquic::tools::serve
