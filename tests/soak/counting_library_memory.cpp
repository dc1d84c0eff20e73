// The memory of ngtcp2 and nghttp3 as in src/engine/ngtcp2/library_memory.cpp and
// src/http3/nghttp3/nghttp3_memory.cpp, with counts: linked before the library, it takes the place of those.
#include "engine/ngtcp2/library_memory.h"

#include <algorithm>
#include <cstring>

#include "counting_allocator.h"
#include "http3/nghttp3/nghttp3_memory.h"

namespace usquic::test {
namespace {

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
}  // namespace usquic::test

namespace usquic::engine::ngtcp2 {

using namespace test;

LibraryMemory::LibraryMemory(BlockPool& pool)
    : pool_(pool),
      memory_{&pool, allocate<Owner::ngtcp2>, release, allocate_zeroed<Owner::ngtcp2>,
              resize<Owner::ngtcp2>} {}

}  // namespace usquic::engine::ngtcp2

namespace usquic::http3 {

Nghttp3Memory::Nghttp3Memory(BlockPool& pool)
    : pool_(pool),
      memory_{&pool, test::allocate<test::Owner::nghttp3>, test::release,
              test::allocate_zeroed<test::Owner::nghttp3>, test::resize<test::Owner::nghttp3>} {}

}  // namespace usquic::http3
