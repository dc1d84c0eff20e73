#include "http3/qpack/unacknowledged_sections.h"

#include <gtest/gtest.h>

namespace usquic::http3::qpack {
namespace {

class UnacknowledgedSectionsTest : public testing::Test {
 protected:
  BlockPool pool;
  UnacknowledgedSections sections{pool};

  bool add(std::int64_t stream, std::uint64_t first_entry) {
    if (!sections.reserve()) return false;
    sections.add(stream, first_entry);
    return true;
  }
};

TEST_F(UnacknowledgedSectionsTest, KnowsTheLowestEntry) {
  EXPECT_EQ(sections.first_entry(), UINT64_MAX);
  add(0, 7);
  add(4, 3);
  add(8, 5);
  EXPECT_EQ(sections.first_entry(), 3u);
  EXPECT_TRUE(sections.acknowledge(4));
  EXPECT_EQ(sections.first_entry(), 5u);
  EXPECT_TRUE(sections.acknowledge(0));
  EXPECT_TRUE(sections.acknowledge(8));
  EXPECT_EQ(sections.first_entry(), UINT64_MAX);
  EXPECT_FALSE(sections.acknowledge(8));
}

TEST_F(UnacknowledgedSectionsTest, AcknowledgesTheOldestOfAStream) {
  add(0, 1);
  add(0, 2);
  EXPECT_TRUE(sections.acknowledge(0));
  EXPECT_EQ(sections.first_entry(), 2u);
  EXPECT_TRUE(sections.acknowledge(0));
  EXPECT_FALSE(sections.acknowledge(0));
}

TEST_F(UnacknowledgedSectionsTest, CancelsAllOfAStream) {
  add(4, 9);
  add(0, 1);
  add(4, 2);
  add(0, 3);
  sections.cancel(0);
  EXPECT_EQ(sections.first_entry(), 2u);
  sections.cancel(12);
  sections.cancel(4);
  EXPECT_EQ(sections.first_entry(), UINT64_MAX);
}

TEST_F(UnacknowledgedSectionsTest, HoldsSoManyAndNoMore) {
  for (std::uint32_t i = 0; i < UnacknowledgedSections::max_sections; ++i) ASSERT_TRUE(add(i, i));
  EXPECT_FALSE(sections.reserve());
  // In the middle: its place is free when those before it are acknowledged.
  EXPECT_TRUE(sections.acknowledge(5));
  EXPECT_FALSE(sections.reserve());
  for (std::int64_t i = 0; i < 5; ++i) EXPECT_TRUE(sections.acknowledge(i));
  EXPECT_EQ(sections.first_entry(), 6u);
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_TRUE(add(1000 + i, 1000));
  EXPECT_FALSE(sections.reserve());
  for (std::int64_t i = 6; i < UnacknowledgedSections::max_sections; ++i)
    EXPECT_TRUE(sections.acknowledge(i));
  EXPECT_EQ(sections.first_entry(), 1000u);
}

}  // namespace
}  // namespace usquic::http3::qpack
