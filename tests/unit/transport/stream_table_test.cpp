#include "transport/stream_table.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace usquic::transport {
namespace {

TEST(StreamTable, FindsWhatWasPutAndNothingElse) {
  StreamTable<int> table;
  EXPECT_EQ(table.find(0), nullptr);
  int one = 1;
  table.put(0, &one);
  table.put(4, nullptr);
  ASSERT_NE(table.find(0), nullptr);
  EXPECT_EQ(*table.find(0), &one);
  ASSERT_NE(table.find(4), nullptr);
  EXPECT_EQ(*table.find(4), nullptr);
  EXPECT_EQ(table.find(8), nullptr);
  EXPECT_EQ(table.find(-1), nullptr);
  table.put(4, &one);
  EXPECT_EQ(*table.find(4), &one);
  EXPECT_EQ(table.size(), 2U);
}

TEST(StreamTable, ErasingWhatIsNotThereDoesNothing) {
  StreamTable<int> table;
  table.erase(4);
  table.put(4, nullptr);
  table.erase(8);
  EXPECT_EQ(table.size(), 1U);
  table.trim();
  EXPECT_NE(table.find(4), nullptr);
  table.erase(4);
  table.trim();
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.find(4), nullptr);
}

TEST(StreamTable, AgreesWithAMapOverRandomCalls) {
  constexpr unsigned seed = 611;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  StreamTable<int> table;
  std::map<std::int64_t, int*> expected;
  std::array<int, 7> values{};
  for (int round = 0; round < 30'000; ++round) {
    const std::int64_t id = static_cast<std::int64_t>(random() % 16 == 0 ? random() << 20U : random() % 400);
    if (random() % 2 == 0) {
      int* value = &values.at(random() % values.size());
      table.put(id, value);
      expected[id] = value;
    } else {
      table.erase(id);
      expected.erase(id);
    }
    ASSERT_EQ(table.size(), expected.size());
    if (round % 100 != 0) continue;
    std::map<std::int64_t, int*> listed;
    table.for_each([&](std::int64_t each, int* value) { listed[each] = value; });
    ASSERT_EQ(listed, expected);
    for (const auto& [each, value] : expected) ASSERT_EQ(*table.find(each), value);
  }
}

}  // namespace
}  // namespace usquic::transport
