// nghttp3's memory: many small objects that come and go with requests, from the endpoint's pool.
#pragma once

#include <nghttp3/nghttp3.h>

#include "base/block_pool.h"

namespace usquic::http3 {

// `pool` and this outlive whatever the library makes with it.
class Nghttp3Memory {
 public:
  explicit Nghttp3Memory(BlockPool& pool);

  BlockPool& pool() const { return pool_; }
  const nghttp3_mem* get() const { return &memory_; }

 private:
  BlockPool& pool_;
  nghttp3_mem memory_;
};

}  // namespace usquic::http3
