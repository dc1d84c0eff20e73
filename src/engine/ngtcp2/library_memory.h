// The memory of ngtcp2 and nghttp3: many small objects that come and go with packets and requests, from the
// endpoint's pool.
#pragma once

#include <nghttp3/nghttp3.h>
#include <ngtcp2/ngtcp2.h>

#include "base/block_pool.h"

namespace usquic::engine::ngtcp2 {

// `pool` and this outlive whatever the libraries make with it.
class LibraryMemory {
 public:
  explicit LibraryMemory(BlockPool& pool);

  BlockPool& pool() const { return pool_; }
  const ngtcp2_mem* quic() const { return &quic_; }
  const nghttp3_mem* http3() const { return &http3_; }

 private:
  BlockPool& pool_;
  ngtcp2_mem quic_;
  nghttp3_mem http3_;
};

}  // namespace usquic::engine::ngtcp2
