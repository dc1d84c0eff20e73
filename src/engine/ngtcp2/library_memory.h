// ngtcp2's memory: many small objects that come and go with packets, from the endpoint's pool.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "base/block_pool.h"

namespace usquic::engine::ngtcp2 {

// `pool` and this outlive whatever the library makes with it.
class LibraryMemory {
 public:
  explicit LibraryMemory(BlockPool& pool);

  BlockPool& pool() const { return pool_; }
  const ngtcp2_mem* get() const { return &memory_; }

 private:
  BlockPool& pool_;
  ngtcp2_mem memory_;
};

}  // namespace usquic::engine::ngtcp2
