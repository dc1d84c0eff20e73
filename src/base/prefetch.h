// Asks for memory before it is needed, so that the processor does not wait for it.
#pragma once

#include <cstddef>

namespace usquic {

// nullptr, or memory that is gone: nothing happens.
inline void prefetch(const void* memory, std::size_t bytes) {
  if (memory == nullptr) return;
  constexpr std::size_t line_bytes = 64;
  for (std::size_t i = 0; i < bytes; i += line_bytes)
    __builtin_prefetch(static_cast<const char*>(memory) + i, 1);
}

}  // namespace usquic
