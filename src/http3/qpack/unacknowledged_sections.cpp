#include "http3/qpack/unacknowledged_sections.h"

#include <algorithm>

namespace usquic::http3::qpack {
namespace {

constexpr std::int64_t over = -1;  // neither an ID nor one that stands for it

}  // namespace

bool UnacknowledgedSections::reserve() {
  constexpr std::uint32_t smallest = 4;
  if (count_ < capacity_) return true;
  if (capacity_ == max_sections) return false;
  const std::uint32_t capacity = std::max(smallest, capacity_ * 2);
  auto* larger = static_cast<Section*>(pool_.allocate(capacity * sizeof(Section)));
  if (larger == nullptr) return false;
  for (std::uint32_t i = 0; i < count_; ++i) larger[i] = at(i);
  BlockPool::release(sections_);
  sections_ = larger;
  capacity_ = capacity;
  begin_ = 0;
  return true;
}

void UnacknowledgedSections::add(std::int64_t stream_id, std::uint64_t first_entry) {
  at(count_++) = {stream_id, first_entry};
}

bool UnacknowledgedSections::acknowledge(std::int64_t stream_id) {
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (at(i).stream_id != stream_id) continue;
    at(i).stream_id = over;
    drop_front();
    return true;
  }
  return false;
}

void UnacknowledgedSections::rename(std::int64_t stream_id, std::int64_t new_id) {
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (at(i).stream_id == stream_id) at(i).stream_id = new_id;
  }
}

void UnacknowledgedSections::cancel(std::int64_t stream_id) {
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (at(i).stream_id == stream_id) at(i).stream_id = over;
  }
  drop_front();
}

std::uint64_t UnacknowledgedSections::first_entry() const {
  std::uint64_t first = UINT64_MAX;
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (at(i).stream_id != over) first = std::min(first, at(i).first_entry);
  }
  return first;
}

void UnacknowledgedSections::drop_front() {
  while (count_ > 0 && at(0).stream_id == over) {
    begin_ = (begin_ + 1) & (capacity_ - 1);
    --count_;
  }
  if (count_ > 0) return;
  BlockPool::release(sections_);
  sections_ = nullptr;
  capacity_ = begin_ = 0;
}

}  // namespace usquic::http3::qpack
