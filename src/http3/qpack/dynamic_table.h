// The dynamic table (RFC 9204 section 3.2), as encoder and decoder both have it. Entries are known by their
// absolute index. It has memory only for the entries that it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/block_pool.h"
#include "http/field_class.h"

namespace usquic::http3::qpack {

// What each entry counts beside its text.
constexpr std::size_t entry_overhead = 32;

// A block of the pool: this, then name and value.
struct TableEntry {
  std::uint32_t name_length;
  std::uint32_t value_length;
  http::FieldClass field_class;

  char* text() { return reinterpret_cast<char*>(this + 1); }
  const char* text() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view name() const { return {text(), name_length}; }
  std::string_view value() const { return {text() + name_length, value_length}; }
  std::size_t size() const { return entry_overhead + name_length + value_length; }
};

class DynamicTable {
 public:
  explicit DynamicTable(BlockPool& pool) : pool_(pool) {}
  ~DynamicTable();
  DynamicTable(const DynamicTable&) = delete;
  DynamicTable& operator=(const DynamicTable&) = delete;

  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  std::uint64_t insert_count() const { return insert_count_; }
  std::uint64_t first() const { return insert_count_ - count_; }  // of the oldest entry, if there is one
  std::uint32_t count() const { return count_; }

  bool has(std::uint64_t index) const { return index < insert_count_ && index >= first(); }
  // has(index).
  const TableEntry& entry(std::uint64_t index) const { return *ring_[index & (ring_size_ - 1)]; }

  // Evicts what does not fit any more.
  void set_capacity(std::size_t capacity);
  // An entry for a text of `length` bytes, to be filled and inserted, or released; nullptr: memory is used up.
  TableEntry* make_entry(std::size_t length) const;
  // Takes over an entry that is not larger than the capacity, and evicts what it needs the room of. false:
  // memory is used up; the entry stays the caller's.
  bool insert(TableEntry* entry);

 private:
  void evict_down_to(std::size_t size);

  BlockPool& pool_;
  TableEntry** ring_ = nullptr;  // by index modulo its size, a power of two
  std::uint32_t ring_size_ = 0;
  std::uint32_t count_ = 0;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::uint64_t insert_count_ = 0;
};

}  // namespace usquic::http3::qpack
