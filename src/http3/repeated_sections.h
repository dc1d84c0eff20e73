// Header sections that the peer sends again and again: the same bytes mean the same fields while the dynamic table does
// not change. They are neither decoded nor checked again, and the streams share their memory.
//
// A connection without such sections has no memory for them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "http/field_rules.h"
#include "http3/qpack/field_section.h"

namespace usquic::http3 {

class RepeatedSections {
 public:
  struct Known {
    qpack::SectionPointer section;
    http::SectionFacts facts;
  };

  // bytes: of a whole section, prefix and lines. nullptr: it is not known.
  const Known* find(Bytes bytes) const;
  // What they meant. It is kept if they came before, lately, and it is not large. Throws std::bad_alloc.
  void add(Bytes bytes, const qpack::SectionPointer& section, const http::SectionFacts& facts);
  // The dynamic table changed.
  void clear() { slots_.reset(); }

 private:
  static constexpr std::size_t slot_count = 4;
  static constexpr std::size_t max_bytes = 256;

  struct Slot {
    std::vector<std::uint8_t> bytes;  // empty: nothing is there
    Known known;
  };
  using Slots = std::array<Slot, slot_count>;

  std::unique_ptr<Slots> slots_;                      // by hash
  std::array<std::uint32_t, 2 * slot_count> seen_{};  // hashes of what came lately
};

}  // namespace usquic::http3
