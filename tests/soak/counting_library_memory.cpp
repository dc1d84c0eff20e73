// LibraryMemory as in src/engine/ngtcp2/library_memory.cpp, with counts: linked before the library, it takes
// the place of that.
#include "engine/ngtcp2/library_memory.h"

#include <algorithm>
#include <cstring>

#include "counting_allocator.h"

namespace usquic::engine::ngtcp2 {
namespace {

using test::library_blocks;
using test::Owner;

template <Owner owner>
void* allocate(std::size_t size, void* user) {
  void* memory = static_cast<BlockPool*>(user)->allocate(size);
  library_blocks().put(memory, size, owner);
  return memory;
}

void release(void* memory, void* /*user*/) {
  library_blocks().take(memory);
  BlockPool::release(memory);
}

template <Owner owner>
void* allocate_zeroed(std::size_t count, std::size_t size, void* user) {
  void* memory = allocate<owner>(count * size, user);
  if (memory != nullptr) std::memset(memory, 0, count * size);
  return memory;
}

template <Owner owner>
void* resize(void* memory, std::size_t size, void* user) {
  library_blocks().take(memory);
  void* moved = static_cast<BlockPool*>(user)->resize(memory, size);
  library_blocks().put(moved, size, owner);
  return moved;
}

}  // namespace

LibraryMemory::LibraryMemory(BlockPool& pool)
    : pool_(pool),
      quic_{&pool, allocate<Owner::ngtcp2>, release, allocate_zeroed<Owner::ngtcp2>, resize<Owner::ngtcp2>},
      http3_{&pool, allocate<Owner::nghttp3>, release, allocate_zeroed<Owner::nghttp3>,
             resize<Owner::nghttp3>} {}

}  // namespace usquic::engine::ngtcp2
