#include "base/chunk_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <vector>

namespace usquic {
namespace {

using Chunks = std::vector<ChunkStore::Chunk>;

// Each marked with a number of its own, at both ends.
Chunks take(ChunkStore& store, std::size_t count) {
  Chunks chunks;
  for (std::size_t i = 0; i < count; ++i) {
    chunks.push_back(store.take());
    auto* bytes = static_cast<std::uint8_t*>(chunks.back().memory);
    bytes[0] = bytes[ChunkStore::chunk_bytes - 1] = static_cast<std::uint8_t>(i % 251);
  }
  return chunks;
}

void give_back(ChunkStore& store, Chunks& chunks) {
  for (const ChunkStore::Chunk& chunk : chunks) store.give_back(chunk);
  chunks.clear();
}

TEST(ChunkStore, ChunksAreApart) {
  ChunkStore store;
  Chunks chunks = take(store, 200);
  std::set<void*> places;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    places.insert(chunks[i].memory);
    const auto* bytes = static_cast<const std::uint8_t*>(chunks[i].memory);
    EXPECT_EQ(bytes[0], i % 251);
    EXPECT_EQ(bytes[ChunkStore::chunk_bytes - 1], i % 251);
  }
  EXPECT_EQ(places.size(), 200U);
  EXPECT_EQ(store.in_use(), 200U);
  EXPECT_EQ(store.regions(), 7U);
  give_back(store, chunks);
}

TEST(ChunkStore, ALoneChunkIsTakenAndGivenBackWithoutTheSystem) {
  ChunkStore store;
  Chunks first = take(store, 1);
  give_back(store, first);
  EXPECT_EQ(store.at_hand(), 1U);
  EXPECT_EQ(store.regions(), 1U);
  Chunks second = take(store, 1);
  EXPECT_EQ(store.at_hand(), 0U);
  EXPECT_EQ(store.regions(), 1U);
  give_back(store, second);
}

TEST(ChunkStore, GivesBackWhatManyTook) {
  constexpr unsigned seed = 20261128;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  ChunkStore store;
  for (int round = 0; round < 3; ++round) {
    Chunks chunks = take(store, 5000);
    EXPECT_EQ(store.regions(), 157U);
    std::shuffle(chunks.begin(), chunks.end(), random);
    while (!chunks.empty()) {
      store.give_back(chunks.back());
      chunks.pop_back();
      ASSERT_LE(store.at_hand(), std::max(ChunkStore::min_at_hand, store.in_use() / 8));
    }
    EXPECT_EQ(store.in_use(), 0U);
    EXPECT_EQ(store.regions(), 1U);
  }
}

// What was given back to the system is memory again when it is taken anew.
TEST(ChunkStore, KeepsChunksApartOverManyRandomCalls) {
  constexpr unsigned seed = 7;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  ChunkStore store;
  struct Held {
    ChunkStore::Chunk chunk;
    std::uint8_t fill;
  };
  std::vector<Held> held;
  for (int i = 0; i < 20'000; ++i) {
    const bool grows = (i / 2000) % 2 == 0;
    if (held.empty() || random() % 10 < (grows ? 8U : 2U)) {
      held.push_back({store.take(), static_cast<std::uint8_t>(random())});
      std::memset(held.back().chunk.memory, held.back().fill, 100);
    } else {
      std::swap(held[random() % held.size()], held.back());
      const auto* bytes = static_cast<const std::uint8_t*>(held.back().chunk.memory);
      for (int at = 0; at < 100; ++at) ASSERT_EQ(bytes[at], held.back().fill);
      store.give_back(held.back().chunk);
      held.pop_back();
    }
    ASSERT_EQ(store.in_use(), held.size());
  }
  for (const Held& one : held) store.give_back(one.chunk);
}

}  // namespace
}  // namespace usquic
