#include "files/resource_cache.h"

#include <gtest/gtest.h>

namespace usquic::files {
namespace {

std::shared_ptr<const Resource> resource_of(std::size_t bytes) {
  auto resource = std::make_shared<Resource>();
  resource->representations.emplace_back();
  resource->representations[0].content = std::make_shared<const std::string>(bytes, 'x');
  return resource;
}

TEST(ResourceCache, FindsWhatWasPut) {
  ResourceCache cache(1 << 20);
  const auto resource = resource_of(100);
  cache.put("a", resource, 7);
  ASSERT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("a")->resource, resource);
  EXPECT_EQ(cache.find("a")->checked_ms, 7);
  EXPECT_EQ(cache.find("b"), nullptr);
}

TEST(ResourceCache, StaysWithinItsBound) {
  constexpr std::size_t bound = 100'000;
  ResourceCache cache(bound);
  for (int i = 0; i < 1000; ++i) {
    cache.put(std::to_string(i), resource_of(5000), 0);
    ASSERT_LE(cache.bytes(), bound);
  }
  EXPECT_GT(cache.size(), 10u);
  EXPECT_LT(cache.size(), 20u);
}

TEST(ResourceCache, DropsTheLeastRecentlyUsed) {
  ResourceCache cache(25'000);
  cache.put("a", resource_of(10'000), 0);
  cache.put("b", resource_of(10'000), 0);
  cache.find("a");
  cache.put("c", resource_of(10'000), 0);
  EXPECT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_NE(cache.find("c"), nullptr);
}

TEST(ResourceCache, ForgetsAllWhenCleared) {
  ResourceCache cache(25'000);
  cache.put("a", resource_of(10'000), 0);
  cache.clear();
  EXPECT_EQ(cache.find("a"), nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
  cache.put("b", resource_of(20'000), 0);
  EXPECT_NE(cache.find("b"), nullptr);
}

TEST(ResourceCache, CountsAReplacedEntryOnce) {
  ResourceCache cache(1 << 20);
  cache.put("a", resource_of(10'000), 0);
  const std::size_t before = cache.bytes();
  cache.put("a", resource_of(10'000), 0);
  EXPECT_EQ(cache.bytes(), before);
  cache.erase("a");
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(ResourceCache, RefusesWhatIsLargerThanItself) {
  ResourceCache cache(1000);
  cache.put("a", resource_of(5000), 0);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace usquic::files
