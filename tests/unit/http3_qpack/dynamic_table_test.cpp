#include "http3/qpack/dynamic_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace usquic::http3::qpack {
namespace {

class DynamicTableTest : public testing::Test {
 protected:
  BlockPool pool;
  DynamicTable table{pool};

  void insert(std::string_view name, std::string_view value) {
    TableEntry* entry = table.make_entry(name.size() + value.size());
    ASSERT_NE(entry, nullptr);
    entry->name_length = static_cast<std::uint32_t>(name.size());
    entry->value_length = static_cast<std::uint32_t>(value.size());
    std::memcpy(entry->text(), name.data(), name.size());
    std::memcpy(entry->text() + name.size(), value.data(), value.size());
    ASSERT_TRUE(table.insert(entry));
  }
};

TEST_F(DynamicTableTest, CountsNameValueAndOverhead) {
  table.set_capacity(100);
  insert("name", "value");
  EXPECT_EQ(table.size(), 41u);
  EXPECT_EQ(table.entry(0).name(), "name");
  EXPECT_EQ(table.entry(0).value(), "value");
}

TEST_F(DynamicTableTest, EvictsTheOldestFirst) {
  table.set_capacity(3 * 34);
  for (int i = 0; i < 100; ++i) {
    insert("k", std::string(1, static_cast<char>('0' + i % 10)));
    EXPECT_EQ(table.count(), std::min(i + 1, 3));
    EXPECT_EQ(table.insert_count(), i + 1);
    for (std::uint64_t j = table.first(); j < table.insert_count(); ++j) {
      ASSERT_TRUE(table.has(j));
      EXPECT_EQ(table.entry(j).value(), std::to_string(j % 10));
    }
    EXPECT_FALSE(table.has(table.insert_count()));
    EXPECT_FALSE(table.has(table.first() - 1));
  }
}

TEST_F(DynamicTableTest, EvictsWhatASmallerCapacityDoesNotHold) {
  table.set_capacity(4096);
  for (int i = 0; i < 20; ++i) insert("k", std::to_string(i + 10));
  table.set_capacity(2 * 35 + 34);
  EXPECT_EQ(table.count(), 2u);
  EXPECT_EQ(table.first(), 18u);
  table.set_capacity(0);
  EXPECT_EQ(table.count(), 0u);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.insert_count(), 20u);
}

}  // namespace
}  // namespace usquic::http3::qpack
