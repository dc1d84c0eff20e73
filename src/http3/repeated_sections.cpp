#include "http3/repeated_sections.h"

#include <algorithm>

#include "base/text_hash.h"

namespace usquic::http3 {
namespace {

std::uint32_t hash_of(Bytes bytes) {
  return static_cast<std::uint32_t>(hash_text(as_text(bytes)));
}

}  // namespace

const RepeatedSections::Known* RepeatedSections::find(Bytes bytes) const {
  if (slots_ == nullptr || bytes.empty()) return nullptr;
  const Slot& slot = (*slots_)[hash_of(bytes) % slot_count];
  return std::equal(bytes.begin(), bytes.end(), slot.bytes.begin(), slot.bytes.end()) ? &slot.known : nullptr;
}

void RepeatedSections::add(Bytes bytes, const qpack::SectionPointer& section,
                           const http::SectionFacts& facts) {
  if (bytes.empty() || bytes.size() > max_bytes || !section->is_small()) return;
  const std::uint32_t hash = hash_of(bytes);
  std::uint32_t& seen = seen_[hash % seen_.size()];
  if (seen != hash) {
    seen = hash;
    return;
  }
  if (slots_ == nullptr) slots_ = std::make_unique<Slots>();
  (*slots_)[hash % slot_count] = {{bytes.begin(), bytes.end()}, {section, facts}};
}

}  // namespace usquic::http3
