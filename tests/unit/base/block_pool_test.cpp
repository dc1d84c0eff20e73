#include "base/block_pool.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace usquic {
namespace {

bool is_aligned(const void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % 16 == 0;
}

TEST(BlockPool, GivesAlignedMemoryOfEverySize) {
  BlockPool pool;
  std::vector<void*> blocks;
  for (std::size_t size = 0; size <= 5000; size += 7) {
    void* memory = pool.allocate(size);
    ASSERT_NE(memory, nullptr);
    EXPECT_TRUE(is_aligned(memory)) << size;
    std::memset(memory, 0xa5, size);
    blocks.push_back(memory);
  }
  EXPECT_EQ(std::set<void*>(blocks.begin(), blocks.end()).size(), blocks.size());
  for (void* memory : blocks) BlockPool::release(memory);
}

TEST(BlockPool, RefusesWhatCannotBe) {
  BlockPool pool;
  EXPECT_EQ(pool.allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(pool.allocate(SIZE_MAX - 8), nullptr);
  void* memory = pool.allocate(10);
  std::memcpy(memory, "0123456789", 10);
  EXPECT_EQ(pool.resize(memory, SIZE_MAX), nullptr);
  EXPECT_EQ(std::memcmp(memory, "0123456789", 10), 0);
  BlockPool::release(memory);
}

TEST(BlockPool, ReleasingNothingIsAllowed) {
  BlockPool::release(nullptr);
}

TEST(BlockPool, ResizingKeepsTheContent) {
  BlockPool pool;
  void* memory = pool.resize(nullptr, 3);
  std::memcpy(memory, "abc", 3);
  for (std::size_t size = 3; size < 20'000; size = size * 3 / 2 + 1) {
    memory = pool.resize(memory, size);
    ASSERT_NE(memory, nullptr);
    EXPECT_TRUE(is_aligned(memory));
    ASSERT_EQ(std::memcmp(memory, "abc", 3), 0) << size;
    std::memset(static_cast<char*>(memory) + 3, 'x', size - 3);
  }
  memory = pool.resize(memory, 3);
  EXPECT_EQ(std::memcmp(memory, "abc", 3), 0);
  BlockPool::release(memory);
}

// Blocks never overlap: each is filled with a number of its own and checked when it goes.
TEST(BlockPool, KeepsBlocksApartOverManyRandomCalls) {
  constexpr unsigned seed = 20261126;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  BlockPool pool;
  struct Held {
    std::uint8_t* memory;
    std::size_t size;
    std::uint8_t fill;
  };
  std::vector<Held> held;
  const auto check_and_release = [&](std::size_t i) {
    const Held one = held[i];
    held[i] = held.back();
    held.pop_back();
    for (std::size_t at = 0; at < one.size; ++at) ASSERT_EQ(one.memory[at], one.fill);
    BlockPool::release(one.memory);
  };
  for (int round = 0; round < 50'000; ++round) {
    const bool grows = (round / 5000) % 2 == 0;
    if (held.empty() || random() % 10 < (grows ? 6U : 4U)) {
      const std::size_t size = random() % 16 == 0 ? random() % 6000 : random() % 400;
      auto* memory = static_cast<std::uint8_t*>(pool.allocate(size));
      ASSERT_NE(memory, nullptr);
      held.push_back({memory, size, static_cast<std::uint8_t>(random())});
      std::memset(memory, held.back().fill, size);
    } else {
      check_and_release(random() % held.size());
    }
  }
  while (!held.empty()) check_and_release(0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// As when thousands of connections are gone, and something that came late stays.
TEST(BlockPool, WhatManyBlocksTookLeavesTheProcess) {
  constexpr unsigned seed = 20261128;
  SCOPED_TRACE(seed);
  constexpr std::size_t megabyte = std::size_t{1} << 20;
  BlockPool pool;
  std::vector<void*> blocks(100 * megabyte / 1016);
  const std::size_t before = resident_bytes();
  for (void*& block : blocks) {
    block = pool.allocate(1016);
    ASSERT_NE(block, nullptr);
    std::memset(block, 1, 1016);
  }
  const std::vector<std::unique_ptr<char[]>> late = [] {
    std::vector<std::unique_ptr<char[]>> made;
    for (int i = 0; i < 100; ++i) made.push_back(std::make_unique<char[]>(50'000));
    return made;
  }();
  EXPECT_GT(resident_bytes(), before + 90 * megabyte);
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937(seed));
  for (void* block : blocks) BlockPool::release(block);
  EXPECT_LT(resident_bytes(), before + 15 * megabyte);
  void* again = pool.allocate(1016);
  EXPECT_NE(again, nullptr);
  BlockPool::release(again);
}

#endif

TEST(PoolAllocator, ServesContainers) {
  BlockPool pool;
  std::vector<int, PoolAllocator<int>> numbers{PoolAllocator<int>(pool)};
  for (int i = 0; i < 10'000; ++i) numbers.push_back(i);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(numbers[static_cast<std::size_t>(i)], i);
}

struct Thing : Pooled {
  explicit Thing(int first) : number(first) {}
  int number;
};

TEST(Pooled, ObjectsAreMadeInThePoolAndDeletedWithoutIt) {
  BlockPool pool;
  auto* thing = new (pool) Thing(7);
  EXPECT_EQ(thing->number, 7);
  delete thing;
}

}  // namespace
}  // namespace usquic
