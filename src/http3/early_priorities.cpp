#include "http3/early_priorities.h"

#include <algorithm>

namespace usquic::http3 {

std::vector<EarlyPriorities::Entry>::iterator EarlyPriorities::find(std::int64_t id) {
  return std::find_if(entries_.begin(), entries_.end(), [id](const Entry& entry) { return entry.id == id; });
}

void EarlyPriorities::put(std::int64_t id, http::Priority priority) {
  if (const auto known = find(id); known != entries_.end()) {
    known->priority = priority;
    return;
  }
  // The oldest gives way: it may be of a request that is over.
  if (entries_.size() == most) entries_.erase(entries_.begin());
  entries_.push_back({id, priority});
}

std::optional<http::Priority> EarlyPriorities::take(std::int64_t id) {
  const auto known = find(id);
  if (known == entries_.end()) return std::nullopt;
  const http::Priority priority = known->priority;
  entries_.erase(known);
  return priority;
}

}  // namespace usquic::http3
