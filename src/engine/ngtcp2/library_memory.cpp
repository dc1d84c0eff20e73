#include "engine/ngtcp2/library_memory.h"

#include <cstring>

namespace usquic::engine::ngtcp2 {
namespace {

void* allocate(std::size_t size, void* user) {
  return static_cast<BlockPool*>(user)->allocate(size);
}

void release(void* memory, void* /*user*/) {
  BlockPool::release(memory);
}

void* allocate_zeroed(std::size_t count, std::size_t size, void* user) {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* memory = static_cast<BlockPool*>(user)->allocate(count * size);
  if (memory != nullptr) std::memset(memory, 0, count * size);
  return memory;
}

void* resize(void* memory, std::size_t size, void* user) {
  return static_cast<BlockPool*>(user)->resize(memory, size);
}

}  // namespace

LibraryMemory::LibraryMemory(BlockPool& pool)
    : pool_(pool),
      quic_{&pool, allocate, release, allocate_zeroed, resize},
      http3_{&pool, allocate, release, allocate_zeroed, resize} {}

}  // namespace usquic::engine::ngtcp2
