#include "http3/qpack/encoder_table.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace usquic::http3::qpack {
namespace {

constexpr std::uint64_t any = UINT64_MAX;

class EncoderTableTest : public testing::Test {
 protected:
  BlockPool pool;
  EncoderTable table{pool};

  void insert(std::string_view name, std::string_view value) {
    ASSERT_TRUE(table.insert(hash_field(name, value), name, value));
  }
  std::uint64_t find(std::string_view name, std::string_view value, std::uint64_t limit = any) {
    return table.find(hash_field(name, value), name, value, limit);
  }
  std::uint64_t find_name(std::string_view name, std::uint64_t limit = any) {
    return table.find_name(hash_field(name, ""), name, limit);
  }
};

TEST(HashField, TellsNameFromValue) {
  EXPECT_EQ(hash_field("a", "x").name, hash_field("a", "y").name);
  EXPECT_NE(hash_field("a", "x").field, hash_field("a", "y").field);
  EXPECT_NE(hash_field("ab", "c").field, hash_field("a", "bc").field);
  EXPECT_NE(hash_field("a", "").field, hash_field("", "a").field);
  for (std::size_t length = 1; length < 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string value(length, 'x');
      const FieldHash before = hash_field("name", value);
      value[place] = 'y';
      EXPECT_NE(hash_field("name", value).field, before.field) << length << ' ' << place;
    }
  }
}

TEST_F(EncoderTableTest, IsEmptyAtFirst) {
  EXPECT_EQ(find("a", "x"), EncoderTable::none);
  EXPECT_EQ(find_name("a"), EncoderTable::none);
  EXPECT_FALSE(table.has_room(32, any));
}

TEST_F(EncoderTableTest, FindsTheNewestBelowALimit) {
  table.set_capacity(4096);
  insert("a", "x");
  insert("a", "y");
  insert("a", "x");
  EXPECT_EQ(find("a", "x"), 2u);
  EXPECT_EQ(find("a", "x", 2), 0u);
  EXPECT_EQ(find("a", "x", 0), EncoderTable::none);
  EXPECT_EQ(find("a", "y"), 1u);
  EXPECT_EQ(find("a", "z"), EncoderTable::none);
  EXPECT_EQ(find_name("a"), 2u);
  EXPECT_EQ(find_name("a", 2), 1u);
  EXPECT_EQ(find_name("b"), EncoderTable::none);
}

TEST_F(EncoderTableTest, HasRoomWhereNothingIsKept) {
  table.set_capacity(100);
  insert("a", "x");  // 34
  EXPECT_TRUE(table.has_room(66, 0));
  EXPECT_FALSE(table.has_room(67, 0));
  EXPECT_TRUE(table.has_room(67, 1));
  EXPECT_TRUE(table.has_room(100, any));
  EXPECT_FALSE(table.has_room(101, any));
  insert("a", "y");
  EXPECT_TRUE(table.has_room(66, 1));
  EXPECT_FALSE(table.has_room(67, 1));
}

TEST_F(EncoderTableTest, SaysWhatIsEvictedNext) {
  table.set_capacity(400);
  insert("a", "0");
  for (int i = 1; i < 8; ++i) {
    EXPECT_FALSE(table.is_old(0));  // up to 272 bytes of 300
    insert("a", std::to_string(i));
  }
  EXPECT_FALSE(table.is_old(0));
  insert("a", "8");
  EXPECT_TRUE(table.is_old(0));
  EXPECT_FALSE(table.is_old(1));
}

TEST_F(EncoderTableTest, FindsAllThatIsThereAndNothingElse) {
  std::mt19937 random(7);
  table.set_capacity(2000);
  for (int i = 0; i < 20000; ++i) {
    const std::string name(1, static_cast<char>('a' + random() % 5));
    const std::string value = std::to_string(random() % 60);
    insert(name, value);
    if (i % 100 != 0) continue;
    const DynamicTable& entries = table.entries();
    for (char n = 'a'; n < 'g'; ++n) {
      for (int v = 0; v < 60; ++v) {
        std::uint64_t newest = EncoderTable::none;
        for (std::uint64_t j = entries.first(); j < entries.insert_count(); ++j) {
          if (entries.entry(j).name() == std::string(1, n) && entries.entry(j).value() == std::to_string(v))
            newest = j;
        }
        ASSERT_EQ(find(std::string(1, n), std::to_string(v)), newest);
      }
    }
  }
}

}  // namespace
}  // namespace usquic::http3::qpack
