#include "engine/ngtcp2/library_memory.h"

#include "base/pool_functions.h"

namespace usquic::engine::ngtcp2 {

LibraryMemory::LibraryMemory(BlockPool& pool)
    : pool_(pool),
      memory_{&pool, pool_functions::allocate, pool_functions::release, pool_functions::allocate_zeroed,
              pool_functions::resize} {}

}  // namespace usquic::engine::ngtcp2
