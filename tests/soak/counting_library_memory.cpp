// The memory of ngtcp2 as in src/engine/ngtcp2/library_memory.cpp, with counts: linked before the library, it takes
// the place of that.
#include "engine/ngtcp2/library_memory.h"

#include <algorithm>
#include <cstring>

#include "counting_allocator.h"

namespace usquic::test {
namespace {

void* allocate(std::size_t size, void* user) {
  void* memory = static_cast<BlockPool*>(user)->allocate(size);
  library_blocks().put(memory, size, Owner::ngtcp2);
  return memory;
}

void release(void* memory, void* /*user*/) {
  library_blocks().take(memory);
  BlockPool::release(memory);
}

void* allocate_zeroed(std::size_t count, std::size_t size, void* user) {
  void* memory = allocate(count * size, user);
  if (memory != nullptr) std::memset(memory, 0, count * size);
  return memory;
}

void* resize(void* memory, std::size_t size, void* user) {
  library_blocks().take(memory);
  void* moved = static_cast<BlockPool*>(user)->resize(memory, size);
  library_blocks().put(moved, size, Owner::ngtcp2);
  return moved;
}

}  // namespace
}  // namespace usquic::test

namespace usquic::engine::ngtcp2 {

using namespace test;

LibraryMemory::LibraryMemory(BlockPool& pool)
    : pool_(pool), memory_{&pool, allocate, release, allocate_zeroed, resize} {}

}  // namespace usquic::engine::ngtcp2
