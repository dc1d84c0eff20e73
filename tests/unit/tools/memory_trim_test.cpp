#include "serve/memory_trim.h"

#include <gtest/gtest.h>

namespace usquic::tools::serve {
namespace {

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
    EXPECT_FALSE(trim.is_due(MemoryTrim::kLeastPeak - 1));
    EXPECT_FALSE(trim.is_due(0));
  }
}

}  // namespace
}  // namespace usquic::tools::serve
