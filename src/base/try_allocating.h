// Where std::bad_alloc, the one exception that the library's own code can throw, becomes a value: at every
// entry from C, from the application or a library, and around what must go on without the memory.
#pragma once

#include <new>

namespace usquic {

// What work() returns, or `otherwise` when memory is used up.
template <class Value, class Work>
Value try_allocating(Work work, Value otherwise) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return otherwise;
  }
}

}  // namespace usquic
