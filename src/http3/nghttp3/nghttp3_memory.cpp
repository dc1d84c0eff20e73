#include "http3/nghttp3/nghttp3_memory.h"

#include "base/pool_functions.h"

namespace usquic::http3 {

Nghttp3Memory::Nghttp3Memory(BlockPool& pool)
    : pool_(pool),
      memory_{&pool, pool_functions::allocate, pool_functions::release, pool_functions::allocate_zeroed,
              pool_functions::resize} {}

}  // namespace usquic::http3
