// Fields that were sent before: what never repeats on a connection is not worth an entry. It has memory from the
// first field on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"

namespace usquic::http3::qpack {

class RepeatedFields {
 public:
  explicit RepeatedFields(BlockPool& pool) : pool_(pool) {}
  ~RepeatedFields() { BlockPool::release(hashes_); }
  RepeatedFields(const RepeatedFields&) = delete;
  RepeatedFields& operator=(const RepeatedFields&) = delete;

  // A field is sent. Whether it was before, as far as is remembered.
  bool is_repeated(std::uint32_t field_hash);

 private:
  static constexpr std::size_t remembered = 128;

  BlockPool& pool_;
  std::uint32_t* hashes_ = nullptr;  // by their low bits
};

}  // namespace usquic::http3::qpack
