// Sections that a connection sends again and again, as they were written by the dynamic table: the same bytes do as long
// as the entries are there that they refer to. It has memory only when there is such a section.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"
#include "base/bytes.h"

namespace usquic::http3::qpack {

class SectionCache {
 public:
  static constexpr std::size_t max_section_bytes = 24;
  static constexpr std::size_t max_identity_bytes = 512;

  struct Section {
    std::uint64_t first_entry;  // the lowest index that it refers to
    std::uint8_t length;
    std::array<std::uint8_t, max_section_bytes> bytes;
  };

  explicit SectionCache(BlockPool& pool) : pool_(pool) {}
  ~SectionCache();
  SectionCache(const SectionCache&) = delete;
  SectionCache& operator=(const SectionCache&) = delete;

  // identity: bytes that only sections with the same fields have. nullptr: it is not there.
  const Section* find(Bytes identity) const;
  // Keeps a copy of both, if they are not too long and there is memory, in the place of another one.
  void put(Bytes identity, Bytes section, std::uint64_t first_entry);

 private:
  static constexpr std::size_t slots = 8;

  // The identity stands behind it.
  struct Entry {
    Section section;
    std::uint32_t identity_length;

    std::uint8_t* identity() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  };

  static std::size_t slot_of(Bytes identity);

  BlockPool& pool_;
  std::array<Entry*, slots>* entries_ = nullptr;
};

}  // namespace usquic::http3::qpack
