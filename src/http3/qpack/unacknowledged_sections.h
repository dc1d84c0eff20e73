// Sections that refer to dynamic entries, from when they are written until the peer acknowledges them
// (RFC 9204 section 4.4.1): what they refer to is not evicted before. It has memory only while there are some.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/block_pool.h"

namespace usquic::http3::qpack {

class UnacknowledgedSections {
 public:
  // So that a peer which acknowledges nothing costs little; more sections than a round trip usually has.
  static constexpr std::uint32_t max_sections = 512;

  explicit UnacknowledgedSections(BlockPool& pool) : pool_(pool) {}
  ~UnacknowledgedSections() { BlockPool::release(sections_); }
  UnacknowledgedSections(const UnacknowledgedSections&) = delete;
  UnacknowledgedSections& operator=(const UnacknowledgedSections&) = delete;

  // Makes room for one more; false: there are too many, or memory is used up.
  bool reserve();
  // After reserve(). first_entry: the lowest index that the section refers to.
  void add(std::int64_t stream_id, std::uint64_t first_entry);
  // The oldest section of the stream was acknowledged; false: there is none.
  bool acknowledge(std::int64_t stream_id);
  // The stream has another ID from now on.
  void rename(std::int64_t stream_id, std::int64_t new_id);
  // None of the stream's will be.
  void cancel(std::int64_t stream_id);
  // The lowest index that any of them refers to; UINT64_MAX: none.
  std::uint64_t first_entry() const;

 private:
  struct Section {
    std::int64_t stream_id;  // -1: it is acknowledged, others before it are not
    std::uint64_t first_entry;
  };

  Section& at(std::uint32_t i) const { return sections_[(begin_ + i) & (capacity_ - 1)]; }
  void drop_front();

  BlockPool& pool_;
  Section* sections_ = nullptr;  // a ring, in the order of writing
  std::uint32_t capacity_ = 0;   // a power of two
  std::uint32_t begin_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace usquic::http3::qpack
