// Memory for the many small objects of one thread: blocks of a few sizes, cut from chunks. Taking and giving
// back a block is a few instructions, where a general allocator takes many times that; a chunk that is empty
// goes back (each size keeps one, so that a lone object's coming and going costs nothing), and most of what
// many chunks took leaves the process (chunk_store.h).
//
// Not for several threads. Under AddressSanitizer each block is an allocation of its own, so that it sees
// what is used after its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "base/chunk_store.h"
#include "base/list.h"

namespace usquic {

class BlockPool {
 public:
  // Larger requests go to malloc.
  static constexpr std::size_t max_pooled_bytes = 2048 - sizeof(void*);

  BlockPool();
  // Every block was given back before.
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // 16-byte aligned; nullptr when memory is used up. Also for size 0 a block of its own.
  void* allocate(std::size_t size) noexcept;
  // A block that is at least `size` large, with what was in `memory` (nullptr: nothing), which is given back;
  // nullptr when memory is used up: then `memory` stays.
  void* resize(void* memory, std::size_t size) noexcept;
  // Gives a block back to the pool it came from. nullptr is allowed.
  static void release(void* memory) noexcept;

 private:
  struct Chunk;

  static constexpr std::size_t class_count = 28;

  static void* allocate_alone(std::size_t size) noexcept;
  Chunk* add_chunk(std::size_t size_class) noexcept;
  void give_back(Chunk& chunk, void* block) noexcept;

  ChunkStore chunks_;
  std::array<List<Chunk>, class_count> partial_;  // chunks of each size class that have a block to give
};

// For standard containers.
template <class T>
class PoolAllocator {
 public:
  using value_type = T;

  explicit PoolAllocator(BlockPool& pool) : pool_(&pool) {}
  template <class U>
  PoolAllocator(const PoolAllocator<U>& other)
      : pool_(other.pool()) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    void* memory = count <= SIZE_MAX / sizeof(T) ? pool_->allocate(count * sizeof(T)) : nullptr;
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t /*count*/) noexcept { BlockPool::release(memory); }
  BlockPool* pool() const { return pool_; }
  template <class U>
  bool operator==(const PoolAllocator<U>& other) const {
    return pool_ == other.pool();
  }

 private:
  BlockPool* pool_;
};

// A base for objects that are made by `new (pool) T(...)` and ended by `delete`.
struct Pooled {
  static void* operator new(std::size_t size, BlockPool& pool) {
    void* memory = pool.allocate(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  static void operator delete(void* memory) { BlockPool::release(memory); }
  static void operator delete(void* memory, BlockPool& /*pool*/) { BlockPool::release(memory); }
};

}  // namespace usquic
