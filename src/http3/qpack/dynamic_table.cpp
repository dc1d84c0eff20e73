#include "http3/qpack/dynamic_table.h"

#include <new>

#include "base/check.h"

namespace usquic::http3::qpack {

DynamicTable::~DynamicTable() {
  evict_down_to(0);
  BlockPool::release(ring_);
}

void DynamicTable::evict_down_to(std::size_t size) {
  while (size_ > size) {
    TableEntry* oldest = ring_[first() & (ring_size_ - 1)];
    size_ -= oldest->size();
    --count_;
    BlockPool::release(oldest);
  }
}

void DynamicTable::set_capacity(std::size_t capacity) {
  capacity_ = capacity;
  evict_down_to(capacity);
}

TableEntry* DynamicTable::make_entry(std::size_t length) const {
  void* memory = pool_.allocate(sizeof(TableEntry) + length);
  return memory == nullptr ? nullptr : new (memory) TableEntry{};
}

bool DynamicTable::insert(TableEntry* entry) {
  CHECK(entry->size() <= capacity_);
  if (count_ == ring_size_) {
    constexpr std::uint32_t smallest_ring = 8;
    const std::uint32_t ring_size = ring_size_ == 0 ? smallest_ring : ring_size_ * 2;
    auto* ring = static_cast<TableEntry**>(pool_.allocate(ring_size * sizeof(TableEntry*)));
    if (ring == nullptr) return false;
    for (std::uint64_t i = first(); i != insert_count_; ++i) {
      ring[i & (ring_size - 1)] = ring_[i & (ring_size_ - 1)];
    }
    BlockPool::release(ring_);
    ring_ = ring;
    ring_size_ = ring_size;
  }
  evict_down_to(capacity_ - entry->size());
  ring_[insert_count_ & (ring_size_ - 1)] = entry;
  ++insert_count_;
  ++count_;
  size_ += entry->size();
  return true;
}

}  // namespace usquic::http3::qpack
