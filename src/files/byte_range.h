// The Range field (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace usquic::files {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive

  std::uint64_t length() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

enum class RangeOutcome {
  Whole,         // no Range, or one that a server is to ignore
  Partial,       // 206 with `ranges`
  Unsatisfiable  // 416
};

struct RangeSelection {
  RangeOutcome outcome = RangeOutcome::Whole;
  std::vector<ByteRange> ranges;
};

// Ranges that one request may name; with more the field is ignored (RFC 9110 14.2 lets a server do so).
inline constexpr std::size_t max_ranges = 32;

// What a Range field selects of a representation of `size` bytes. Overlapping ranges are joined.
RangeSelection select_ranges(std::string_view range_field, std::uint64_t size);

}  // namespace usquic::files
