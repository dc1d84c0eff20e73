#include "http3/qpack/section_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::http3::qpack {
namespace {

std::string text_of(const SectionCache::Section* section) {
  return section == nullptr ? "none" : std::string(as_text(Bytes(section->bytes).first(section->length)));
}

TEST(SectionCache, FindsWhatWasPutByItsWholeIdentity) {
  BlockPool pool;
  SectionCache cache(pool);
  EXPECT_EQ(cache.find(as_bytes("a")), nullptr);
  cache.put(as_bytes("identity"), as_bytes("section"), 7);
  EXPECT_EQ(text_of(cache.find(as_bytes("identity"))), "section");
  EXPECT_EQ(cache.find(as_bytes("identity"))->first_entry, 7U);
  EXPECT_EQ(cache.find(as_bytes("identitz")), nullptr);
  EXPECT_EQ(cache.find(as_bytes("identity ")), nullptr);
  cache.put(as_bytes("identity"), as_bytes("again"), 9);
  EXPECT_EQ(text_of(cache.find(as_bytes("identity"))), "again");
}

TEST(SectionCache, OthersTakeThePlaceOfSomeAndNoneIsMistaken) {
  BlockPool pool;
  SectionCache cache(pool);
  for (int i = 0; i < 100; ++i)
    cache.put(as_bytes("key " + std::to_string(i)), as_bytes(std::to_string(i)), 1);
  int found = 0;
  for (int i = 0; i < 100; ++i) {
    const SectionCache::Section* section = cache.find(as_bytes("key " + std::to_string(i)));
    if (section == nullptr) continue;
    ++found;
    EXPECT_EQ(text_of(section), std::to_string(i));
  }
  EXPECT_GT(found, 0);
}

TEST(SectionCache, KeepsNothingThatIsTooLong) {
  BlockPool pool;
  SectionCache cache(pool);
  const std::string identity(SectionCache::max_identity_bytes + 1, 'i');
  cache.put(as_bytes(identity), as_bytes("s"), 0);
  EXPECT_EQ(cache.find(as_bytes(identity)), nullptr);
  cache.put(as_bytes("i"), as_bytes(std::string(SectionCache::max_section_bytes + 1, 's')), 0);
  EXPECT_EQ(cache.find(as_bytes("i")), nullptr);
  cache.put({}, as_bytes("s"), 0);
  EXPECT_EQ(cache.find({}), nullptr);
}

}  // namespace
}  // namespace usquic::http3::qpack
