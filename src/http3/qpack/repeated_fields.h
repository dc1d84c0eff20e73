// Fields that were sent before: what never repeats on a connection is not worth an entry. It has memory from the
// first field on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"

namespace usquic::http3::qpack {

class RepeatedFields {
 public:
  explicit RepeatedFields(BlockPool& pool) : pool_(pool) {}
  ~RepeatedFields() { BlockPool::release(sets_); }
  RepeatedFields(const RepeatedFields&) = delete;
  RepeatedFields& operator=(const RepeatedFields&) = delete;

  // A field is sent. Whether it was before, as far as is remembered.
  bool is_repeated(std::uint32_t field_hash);

 private:
  static constexpr std::size_t set_count = 16;
  // Of one set, the latest first. Several: where two fields of every response share a set, both are remembered.
  using Set = std::array<std::uint32_t, 4>;

  BlockPool& pool_;
  Set* sets_ = nullptr;  // by low bits of the hash
};

}  // namespace usquic::http3::qpack
