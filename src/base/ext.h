// Objects with extension memory right behind them: `T` and ext_size zeroed bytes in one
// allocation, 16-byte aligned.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "base/block_pool.h"

namespace usquic {

inline constexpr std::size_t ext_alignment = 16;

template <class T>
constexpr std::size_t ext_offset() {
  return (sizeof(T) + ext_alignment - 1) / ext_alignment * ext_alignment;
}

template <class T>
void* ext_of(T* object) {
  return reinterpret_cast<char*>(object) + ext_offset<T>();
}

// In `memory` of ext_offset<T>() + ext_size bytes, which may be nullptr: then there is no object.
template <class T, class... Args>
T* construct_with_ext(void* memory, std::size_t ext_size, Args&&... args) {
  static_assert(alignof(T) <= ext_alignment, "malloc and BlockPool give 16-byte alignment");
  if (memory == nullptr) return nullptr;
  std::memset(static_cast<char*>(memory) + ext_offset<T>(), 0, ext_size);
  return new (memory) T(std::forward<Args>(args)...);
}

// nullptr when memory is used up, by this or by what the object's constructor wants.
template <class T, class... Args>
T* new_with_ext(std::size_t ext_size, Args&&... args) {
  void* memory = std::malloc(ext_offset<T>() + ext_size);
  try {
    return construct_with_ext<T>(memory, ext_size, std::forward<Args>(args)...);
  } catch (const std::bad_alloc&) {
    std::free(memory);
    return nullptr;
  }
}

template <class T>
void delete_with_ext(T* object) {
  if (object == nullptr) return;
  object->~T();
  std::free(object);
}

// The same for objects of which there are many.
template <class T, class... Args>
T* new_with_ext(BlockPool& pool, std::size_t ext_size, Args&&... args) {
  void* memory = pool.allocate(ext_offset<T>() + ext_size);
  try {
    return construct_with_ext<T>(memory, ext_size, std::forward<Args>(args)...);
  } catch (const std::bad_alloc&) {
    BlockPool::release(memory);
    return nullptr;
  }
}

template <class T>
void delete_pooled_with_ext(T* object) {
  object->~T();
  BlockPool::release(object);
}

}  // namespace usquic
