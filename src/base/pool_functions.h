// Allocation functions over a BlockPool, of the shape that ngtcp2 takes; `user` is the pool.
#pragma once

#include <cstddef>
#include <cstring>

#include "base/block_pool.h"

namespace usquic::pool_functions {

inline void* allocate(std::size_t size, void* user) {
  return static_cast<BlockPool*>(user)->allocate(size);
}

inline void release(void* memory, void* /*user*/) {
  BlockPool::release(memory);
}

inline void* allocate_zeroed(std::size_t count, std::size_t size, void* user) {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* memory = static_cast<BlockPool*>(user)->allocate(count * size);
  if (memory != nullptr) std::memset(memory, 0, count * size);
  return memory;
}

inline void* resize(void* memory, std::size_t size, void* user) {
  return static_cast<BlockPool*>(user)->resize(memory, size);
}

}  // namespace usquic::pool_functions
