#include "files/resource_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace usquic::files {
namespace {

class ResourceCacheTest : public testing::Test {
 protected:
  // A resource of one file; null when there is no room for it.
  std::shared_ptr<const Resource> make(std::size_t bytes) {
    auto charge = cache_.reserve(bytes);
    if (!charge) return nullptr;
    auto resource = std::make_shared<Resource>();
    resource->representations.emplace_back();
    resource->representations[0].content = charged_content(std::string(bytes, 'x'), std::move(*charge));
    return resource;
  }
  bool put(const std::string& path, std::size_t bytes) {
    auto resource = make(bytes);
    if (resource) cache_.put(path, resource, 0);
    return resource != nullptr;
  }
  std::shared_ptr<const std::string> content_of(const std::string& path) {
    const ResourceCache::Entry* entry = cache_.find(path);
    return entry == nullptr ? nullptr : entry->resource->representations[0].content;
  }

  static constexpr std::size_t bound = 100'000;
  ResourceCache cache_{bound};
};

TEST_F(ResourceCacheTest, FindsWhatWasPut) {
  const auto resource = make(100);
  cache_.put("a", resource, 7);
  ASSERT_NE(cache_.find("a"), nullptr);
  EXPECT_EQ(cache_.find("a")->resource, resource);
  EXPECT_EQ(cache_.find("a")->checked_ms, 7);
  EXPECT_EQ(cache_.find("b"), nullptr);
}

TEST_F(ResourceCacheTest, StaysWithinItsBound) {
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(put(std::to_string(i), 5000));
    ASSERT_LE(cache_.bytes(), bound);
  }
  EXPECT_GT(cache_.size(), 8u);
  EXPECT_LT(cache_.size(), 20u);
}

TEST_F(ResourceCacheTest, DropsTheLeastRecentlyUsed) {
  put("a", 5000);
  put("b", 5000);
  cache_.find("a");
  for (std::size_t size = 0; cache_.size() > size;) {
    size = cache_.size();
    put(std::to_string(size), 5000);
  }
  EXPECT_NE(cache_.find("a"), nullptr);
  EXPECT_EQ(cache_.find("b"), nullptr);
}

TEST_F(ResourceCacheTest, CountsWhatItDroppedAndOthersHold) {
  put("a", 10'000);
  auto held = content_of("a");
  cache_.erase("a");
  EXPECT_EQ(cache_.bytes(), 10'000u);
  held = nullptr;
  EXPECT_EQ(cache_.bytes(), 0u);
}

TEST_F(ResourceCacheTest, CountsAReplacedEntryOnceUnlessItIsHeld) {
  put("a", 10'000);
  const std::size_t before = cache_.bytes();
  put("a", 10'000);
  EXPECT_EQ(cache_.bytes(), before);
  auto held = content_of("a");
  put("a", 10'000);
  EXPECT_EQ(cache_.bytes(), before + 10'000);
  held = nullptr;
  EXPECT_EQ(cache_.bytes(), before);
}

TEST_F(ResourceCacheTest, DropsNothingThatIsHeldAndMakesRoomByTheRest) {
  put("held", 10'000);
  auto held = content_of("held");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(put(std::to_string(i), 5000));
  EXPECT_EQ(content_of("held"), held);
  EXPECT_EQ(cache_.find("0"), nullptr);
}

TEST_F(ResourceCacheTest, HasNoRoomWhileAllIsHeldAndAgainAfterwards) {
  std::vector<std::shared_ptr<const std::string>> held;
  const auto fill = [&] {
    for (int i = 0; put(std::to_string(i), 5000); ++i) held.push_back(content_of(std::to_string(i)));
  };
  fill();
  EXPECT_GT(held.size(), 8u);
  EXPECT_EQ(cache_.size(), held.size());
  cache_.clear();
  fill();
  EXPECT_LT(cache_.size(), 5u) << "what was dropped is held all the same";
  EXPECT_LE(cache_.bytes(), bound);
  EXPECT_TRUE(put("small", 100)) << "there is room for small files";
  held.clear();
  EXPECT_TRUE(put("late", 5000));
}

TEST_F(ResourceCacheTest, ForgetsAllWhenCleared) {
  put("a", 10'000);
  cache_.clear();
  EXPECT_EQ(cache_.find("a"), nullptr);
  EXPECT_EQ(cache_.bytes(), 0u);
  put("b", 10'000);
  EXPECT_NE(cache_.find("b"), nullptr);
}

// Two caches of two threads, with one bound.
class TwoResourceCachesTest : public testing::Test {
 protected:
  // The cache has the file from there on, from the other one where that has it. False: there is no room.
  static bool load(ResourceCache& cache, std::uint64_t inode, std::size_t bytes = file_bytes) {
    auto resource = std::make_shared<Resource>();
    Representation& representation = resource->representations.emplace_back();
    representation.identity.inode = inode;
    representation.is_settled = true;
    representation.content = cache.contents().find(representation.identity);
    if (!representation.content) {
      auto charge = cache.reserve(bytes);
      if (!charge) return false;
      representation.content = cache.keep(representation, std::string(bytes, 'x'), std::move(*charge));
    }
    cache.put(std::to_string(inode), resource, 0);
    return cache.find(std::to_string(inode)) != nullptr;
  }
  // Puts files into both until there is no room without dropping one. Returns how many.
  std::uint64_t fill() {
    std::uint64_t count = 0;
    while (contents_->account()->used() + 9 * file_bytes <= bound) {
      EXPECT_TRUE(load(one_, count));
      EXPECT_TRUE(load(two_, count));
      ++count;
    }
    return count;
  }

  static constexpr std::size_t bound = 100'000;
  static constexpr std::size_t file_bytes = 2000;
  std::shared_ptr<SharedContents> contents_ = std::make_shared<SharedContents>(bound);
  ResourceCache one_{contents_};
  ResourceCache two_{contents_};
};

TEST_F(TwoResourceCachesTest, PayForTheBytesOfAFileOnce) {
  ASSERT_TRUE(load(one_, 1));
  const std::size_t with_one = one_.bytes();
  ASSERT_TRUE(load(two_, 1));
  EXPECT_LT(two_.bytes(), with_one + file_bytes);
  EXPECT_EQ(one_.find("1")->resource->representations[0].content.get(),
            two_.find("1")->resource->representations[0].content.get());
  one_.clear();
  EXPECT_GE(two_.bytes(), file_bytes);
  two_.clear();
  EXPECT_EQ(one_.bytes(), 0u);
}

TEST_F(TwoResourceCachesTest, StayWithinTheirBound) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    load(one_, i);
    load(two_, i % 2 == 0 ? i : 10'000 + i);
    ASSERT_LE(one_.bytes(), bound);
    if (i % 10 == 0) one_.give_way();
    if (i % 10 == 5) two_.give_way();
  }
}

TEST_F(TwoResourceCachesTest, LoseLittleWhereTheOtherHasTheSameBytes) {
  const std::uint64_t count = fill();
  ASSERT_GT(count, 9u);
  EXPECT_FALSE(load(one_, 1000, 12'000));
  EXPECT_GE(one_.size(), count - 8);
}

TEST_F(TwoResourceCachesTest, GiveWayWhenTheOtherFindsNoRoom) {
  const std::uint64_t count = fill();
  for (int second = 0; second < 3; ++second) two_.give_way();
  EXPECT_EQ(two_.size(), count) << "nobody needs room";
  EXPECT_FALSE(load(one_, 1000, 12'000));
  two_.find("3");
  two_.give_way();
  EXPECT_EQ(two_.size(), 1u);
  EXPECT_NE(two_.find("3"), nullptr) << "it is asked for";
  EXPECT_TRUE(load(one_, 1000, 10'000));
}

TEST_F(ResourceCacheTest, DropsNothingForWhatNeverFits) {
  put("a", 10'000);
  EXPECT_FALSE(cache_.reserve(bound).has_value());
  EXPECT_NE(cache_.find("a"), nullptr);
}

}  // namespace
}  // namespace usquic::files
