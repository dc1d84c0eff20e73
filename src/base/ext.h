// Objects with extension memory right behind them: `T` and ext_size zeroed bytes in one allocation, 16-byte
// aligned.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

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

// nullptr when memory is used up.
template <class T, class... Args>
T* new_with_ext(std::size_t ext_size, Args&&... args) {
  static_assert(alignof(T) <= ext_alignment, "malloc gives 16-byte alignment");
  void* memory = std::malloc(ext_offset<T>() + ext_size);
  if (memory == nullptr) return nullptr;
  std::memset(static_cast<char*>(memory) + ext_offset<T>(), 0, ext_size);
  return new (memory) T(std::forward<Args>(args)...);
}

template <class T>
void delete_with_ext(T* object) {
  if (object == nullptr) return;
  object->~T();
  std::free(object);
}

}  // namespace usquic
