#include "transport/token_store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace usquic::transport {
namespace {

TEST(TokenStore, HandsOutEachTokenOnce) {
  TokenStore store;
  store.put("a.test", 443, 1, as_bytes("one"));
  store.put("a.test", 443, 1, as_bytes("two"));
  store.put("a.test", 444, 1, as_bytes("three"));
  EXPECT_EQ(as_text(store.take("a.test", 443, 1)), "two");
  EXPECT_TRUE(store.take("a.test", 443, 1).empty());
  EXPECT_EQ(as_text(store.take("a.test", 444, 1)), "three");
  EXPECT_EQ(store.size(), 0u);
}

TEST(TokenStore, KeepsTokensOfAVersionForThatVersion) {
  TokenStore store;
  store.put("a.test", 443, 1, as_bytes("one"));
  EXPECT_TRUE(store.take("a.test", 443, 2).empty());
  EXPECT_EQ(as_text(store.take("a.test", 443, 1)), "one");
}

TEST(TokenStore, ForgetsTheOldestServerBeyondItsBound) {
  TokenStore store;
  for (std::size_t i = 0; i <= TokenStore::max_servers; ++i)
    store.put(std::to_string(i), 1, 1, as_bytes("t"));
  EXPECT_EQ(store.size(), TokenStore::max_servers);
  EXPECT_TRUE(store.take("0", 1, 1).empty());
  EXPECT_FALSE(store.take("1", 1, 1).empty());
  store.put("large", 1, 1, std::vector<std::uint8_t>(TokenStore::max_token_bytes + 1));
  EXPECT_TRUE(store.take("large", 1, 1).empty());
}

}  // namespace
}  // namespace usquic::transport
