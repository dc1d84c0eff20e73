// The encoder's dynamic table: entries are found by what they say.
//
// Entries of one hash are linked from the newest to the oldest. The oldest entries are evicted first, so what
// was evicted is always the end of such a chain, and nothing has to be taken out of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/block_pool.h"
#include "http3/qpack/dynamic_table.h"

namespace usquic::http3::qpack {

struct FieldHash {
  std::uint32_t name;
  std::uint32_t field;  // of name and value
};

FieldHash hash_field(std::string_view name, std::string_view value);

class EncoderTable {
 public:
  static constexpr std::uint64_t none = UINT64_MAX;

  explicit EncoderTable(BlockPool& pool) : table_(pool), pool_(pool) {}
  ~EncoderTable();
  EncoderTable(const EncoderTable&) = delete;
  EncoderTable& operator=(const EncoderTable&) = delete;

  const DynamicTable& entries() const { return table_; }
  void set_capacity(std::size_t capacity) { table_.set_capacity(capacity); }

  // The newest entry below `limit` with this name and value, or with this name; none.
  std::uint64_t find(FieldHash hash, std::string_view name, std::string_view value,
                     std::uint64_t limit) const;
  std::uint64_t find_name(FieldHash hash, std::string_view name, std::uint64_t limit) const;

  // Whether an entry of this size can be inserted if all entries from `kept` on stay.
  bool has_room(std::size_t size, std::uint64_t kept) const;
  // Inserts a field for which there is room; its text may be an entry's that is evicted by that.
  // false: memory is used up.
  bool insert(FieldHash hash, std::string_view name, std::string_view value);
  // Whether the entry is among those that are evicted next.
  bool is_old(std::uint64_t index) const;

 private:
  struct Link {
    FieldHash hash;
    // Low bits of the next older entry's index with such a hash.
    std::uint32_t older_name;
    std::uint32_t older_field;
    std::uint32_t position;  // inserted bytes before this entry
  };
  // The newest entry of each hash, by its low bits.
  struct Bucket {
    std::uint32_t name;
    std::uint32_t field;
  };

  const Link& link(std::uint64_t index) const { return links_[index & (size_ - 1)]; }
  std::uint64_t index_of(std::uint32_t low) const;
  void add_to_chains(std::uint64_t index);
  bool reserve();

  DynamicTable table_;
  BlockPool& pool_;
  Link* links_ = nullptr;  // a ring, as the entries are; then the buckets
  Bucket* buckets_ = nullptr;
  std::uint32_t size_ = 0;      // of links_ and of buckets_, a power of two
  std::uint32_t position_ = 0;  // inserted bytes; it wraps around
};

}  // namespace usquic::http3::qpack
