// What a connection keeps of its memory from one request to the next: enough for usual requests, and no more.
#pragma once

#include <cstddef>

namespace usquic::http1 {

inline constexpr std::size_t max_kept_bytes = 2048;

// Container: a vector or a string.
template <class Container>
void clear_for_next(Container& container) {
  if (container.capacity() * sizeof(typename Container::value_type) > max_kept_bytes) {
    container = Container();
  } else {
    container.clear();
  }
}

}  // namespace usquic::http1
