#include "integration/http/raw_body.h"

#include <algorithm>

namespace usquic::test {
namespace {

// The pattern is what bits 13 to 20 of a product are, so it begins again after 2^21 bytes.
constexpr std::size_t pattern_period = std::size_t{1} << 21U;
char pattern_byte(std::uint64_t offset) {
  return static_cast<char>((offset * 2654435761ULL) >> 13U);
}

constexpr std::size_t most_at_once = std::size_t{64} << 10U;

const std::string& pattern_table() {
  static const std::string table = [] {
    std::string bytes(pattern_period, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern_byte(i);
    return bytes;
  }();
  return table;
}

// A part of the pattern that begins at `offset`.
std::string_view pattern_part(std::uint64_t offset, std::size_t most) {
  return std::string_view(pattern_table()).substr(offset % pattern_period, most);
}

}  // namespace

std::string pattern(std::uint64_t offset, std::size_t length) {
  std::string bytes;
  bytes.reserve(length);
  while (bytes.size() < length) bytes += pattern_part(offset + bytes.size(), length - bytes.size());
  return bytes;
}

bool is_pattern(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = pattern_part(offset, bytes.size());
    if (!bytes.starts_with(part)) return false;
    bytes.remove_prefix(part.size());
    offset += part.size();
  }
  return true;
}

std::string_view RawBody::front() {
  if (queued_.empty() && pattern_left_ > 0) {
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(pattern_left_, most_at_once));
    queued_ = pattern(pattern_offset_, length);
    pattern_offset_ += length;
    pattern_left_ -= length;
  }
  return queued_;
}

void RawBody::remove_front(std::size_t count) {
  queued_.erase(0, count);
  sent_ += count;
}

}  // namespace usquic::test
