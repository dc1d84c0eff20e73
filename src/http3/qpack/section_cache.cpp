#include "http3/qpack/section_cache.h"

#include <cstring>

namespace usquic::http3::qpack {

SectionCache::~SectionCache() {
  if (entries_ == nullptr) return;
  for (Entry* entry : *entries_) BlockPool::release(entry);
  BlockPool::release(entries_);
}

// What differs between responses of one server is mostly in the middle and at the end: etag, dates, lengths.
std::size_t SectionCache::slot_of(Bytes identity) {
  std::uint64_t sum = identity.size();
  const std::size_t step = identity.size() / 16 + 1;
  for (std::size_t i = identity.size() % step; i < identity.size(); i += step) sum = sum * 31 + identity[i];
  return (sum * 0x9e3779b97f4a7c15) >> 61;
}

const SectionCache::Section* SectionCache::find(Bytes identity) const {
  if (entries_ == nullptr || identity.empty()) return nullptr;
  Entry* entry = (*entries_)[slot_of(identity)];
  const bool is_it = entry != nullptr && entry->identity_length == identity.size() &&
                     std::memcmp(entry->identity(), identity.data(), identity.size()) == 0;
  return is_it ? &entry->section : nullptr;
}

void SectionCache::put(Bytes identity, Bytes section, std::uint64_t first_entry) {
  if (identity.empty() || identity.size() > max_identity_bytes || section.size() > max_section_bytes) return;
  if (entries_ == nullptr) {
    void* memory = pool_.allocate(sizeof *entries_);
    if (memory == nullptr) return;
    entries_ = new (memory) std::array<Entry*, slots>{};
  }
  void* memory = pool_.allocate(sizeof(Entry) + identity.size());
  if (memory == nullptr) return;
  auto* entry = new (memory) Entry{{first_entry, static_cast<std::uint8_t>(section.size()), {}},
                                   static_cast<std::uint32_t>(identity.size())};
  std::memcpy(entry->section.bytes.data(), section.data(), section.size());
  std::memcpy(entry->identity(), identity.data(), identity.size());
  Entry*& slot = (*entries_)[slot_of(identity)];
  BlockPool::release(slot);
  slot = entry;
}

}  // namespace usquic::http3::qpack
