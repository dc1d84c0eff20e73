#include "files/byte_range.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"

namespace usquic::files {
namespace {

enum class SpecKind { Malformed, OutOfBounds, Usable };

struct Spec {
  SpecKind kind = SpecKind::Malformed;
  ByteRange range;
};

// The last `count` bytes: "-count".
Spec parse_suffix(std::string_view digits, std::uint64_t size) {
  const auto count = parse_number(digits);
  if (!count) return {};
  if (*count == 0 || size == 0) return {SpecKind::OutOfBounds, {}};
  return {SpecKind::Usable, {size - std::min(*count, size), size - 1}};
}

Spec parse_spec(std::string_view text, std::uint64_t size) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view first_text = trim(text.substr(0, dash));
  const std::string_view last_text = trim(text.substr(dash + 1));
  if (first_text.empty()) return parse_suffix(last_text, size);
  const auto first = parse_number(first_text);
  if (!first) return {};
  std::uint64_t last = UINT64_MAX;
  if (!last_text.empty()) {
    const auto number = parse_number(last_text);
    if (!number || *number < *first) return {};
    last = *number;
  }
  if (*first >= size) return {SpecKind::OutOfBounds, {}};
  return {SpecKind::Usable, {*first, std::min(last, size - 1)}};
}

bool have_overlap(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](auto& a, auto& b) { return a.first < b.first; });
  return std::adjacent_find(ranges.begin(), ranges.end(),
                            [](auto& a, auto& b) { return b.first <= a.last; }) != ranges.end();
}

// RFC 9110 14.2: overlapping ranges are a sign of a broken client or an attack; joining them
// bounds the answer.
std::vector<ByteRange> join_overlaps(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](auto& a, auto& b) { return a.first < b.first; });
  std::vector<ByteRange> joined;
  for (const ByteRange& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().last) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

}  // namespace

RangeSelection select_ranges(std::string_view range_field, std::uint64_t size) {
  const auto equals = range_field.find('=');
  if (equals == std::string_view::npos ||
      !equals_ignoring_case(trim(range_field.substr(0, equals)), "bytes")) {
    return {};
  }
  std::string_view list = range_field.substr(equals + 1);
  RangeSelection selection;
  std::size_t specs = 0;
  for (auto item = next_list_item(list); !item.empty(); item = next_list_item(list)) {
    const Spec spec = parse_spec(item, size);
    if (spec.kind == SpecKind::Malformed || ++specs > max_ranges) return {};
    if (spec.kind == SpecKind::Usable) selection.ranges.push_back(spec.range);
  }
  if (specs == 0) return {};
  selection.outcome = selection.ranges.empty() ? RangeOutcome::Unsatisfiable : RangeOutcome::Partial;
  if (have_overlap(selection.ranges)) selection.ranges = join_overlaps(std::move(selection.ranges));
  return selection;
}

}  // namespace usquic::files
