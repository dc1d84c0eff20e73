#include "http3/repeated_sections.h"

#include <gtest/gtest.h>

#include <string>

#include "base/block_pool.h"

namespace usquic::http3 {
namespace {

constexpr qpack::SectionRoom small_room = {4, 64};

class RepeatedSection : public testing::Test {
 protected:
  void add(std::string_view bytes, qpack::SectionRoom room = small_room) {
    section = qpack::FieldSection::create(room, pool);
    sections.add(as_bytes(bytes), section, {.content_length = 7});
  }
  const RepeatedSections::Known* find(std::string_view bytes) { return sections.find(as_bytes(bytes)); }

  BlockPool pool;
  RepeatedSections sections;
  qpack::SectionPointer section;
};

TEST_F(RepeatedSection, IsKnownFromTheSecondTimeOn) {
  EXPECT_EQ(find("abc"), nullptr);
  add("abc");
  EXPECT_EQ(find("abc"), nullptr);
  add("abc");
  ASSERT_NE(find("abc"), nullptr);
  EXPECT_EQ(find("abc")->section.get(), section.get());
  EXPECT_EQ(find("abc")->facts.content_length, 7);
  EXPECT_EQ(find("abd"), nullptr);
  EXPECT_EQ(find("ab"), nullptr);
  EXPECT_EQ(find(""), nullptr);
}

TEST_F(RepeatedSection, IsForgottenWhenTheTableChanges) {
  for (int i = 0; i < 2; ++i) add("abc");
  sections.clear();
  EXPECT_EQ(find("abc"), nullptr);
  add("abc");
  EXPECT_NE(find("abc"), nullptr);
}

// What a peer makes a connection remember is bounded.
TEST_F(RepeatedSection, IsNotKeptWhenItIsLarge) {
  const std::string longest(256, 'x');
  for (int i = 0; i < 2; ++i) add(longest);
  EXPECT_NE(find(longest), nullptr);
  for (int i = 0; i < 2; ++i) add(longest + "x");
  EXPECT_EQ(find(longest + "x"), nullptr);
  for (int i = 0; i < 2; ++i) add("abc", {4, 2048});
  EXPECT_EQ(find("abc"), nullptr);
  for (int i = 0; i < 2; ++i) add("");
  EXPECT_EQ(find(""), nullptr);
}

}  // namespace
}  // namespace usquic::http3
