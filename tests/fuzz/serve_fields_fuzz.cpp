// The fields of a request that choose what `usquic serve` sends: ranges, conditions, codings, dates.
#include <string>
#include <string_view>

#include "base/check.h"
#include "files/byte_range.h"
#include "files/conditional.h"
#include "files/content_coding.h"
#include "http/date.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

void check_ranges(std::string_view field, std::uint64_t size) {
  const files::RangeSelection selection = files::select_ranges(field, size);
  CHECK((selection.outcome == files::RangeOutcome::Partial) == !selection.ranges.empty());
  CHECK(selection.ranges.size() <= files::max_ranges);
  std::uint64_t total = 0;
  for (const files::ByteRange& range : selection.ranges) {
    CHECK(range.first <= range.last && range.last < size);
    total += range.length();
  }
  CHECK(total <= size);  // no byte twice
}

void check_codings(std::string_view field, std::size_t available) {
  const std::span<const files::ContentCoding> some(files::precompressed_codings.data(), available);
  const files::ContentCoding chosen = files::choose_coding(field, some);
  CHECK(chosen == files::ContentCoding::Identity ||
        std::find(some.begin(), some.end(), chosen) != some.end());
}

void check_dates(std::string_view text) {
  const auto seconds = usquic::http::parse_http_date(text);
  if (!seconds) return;
  CHECK(usquic::http::parse_http_date(usquic::http::format_http_date(*seconds)) == seconds);
  if (*seconds >= 0) CHECK(usquic::http::Date().at(*seconds) == usquic::http::format_http_date(*seconds));
}

std::optional<std::string_view> maybe(Input& input) {
  const bool is_there = input.flag();
  return is_there ? std::optional(input.text()) : std::nullopt;
}

void check_conditions(Input& input) {
  const std::int64_t modified = static_cast<std::int64_t>(input.integer(4));
  const std::string tag =
      files::make_entity_tag({.size = input.integer(4), .modified_ns = modified * 1'000'000'000});
  const files::Validators validators{tag, modified};
  const files::Conditions conditions{maybe(input), maybe(input), maybe(input), maybe(input), maybe(input)};
  const files::Verdict verdict = files::evaluate_conditions(conditions, validators);
  const bool has_any = conditions.if_match || conditions.if_unmodified_since || conditions.if_none_match ||
                       conditions.if_modified_since;
  CHECK(has_any || verdict == files::Verdict::Proceed);
  CHECK(conditions.if_range || files::range_applies(conditions, validators));
  // The file's own tag, always.
  CHECK(files::evaluate_conditions({.if_none_match = tag}, validators) == files::Verdict::NotModified);
  CHECK(files::evaluate_conditions({.if_match = tag}, validators) == files::Verdict::Proceed);
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  fuzz::Input input(data, size);
  switch (input.pick(4)) {
    case 0: {
      const std::uint64_t length = input.integer(input.pick(9));
      const std::string_view text = input.rest();
      fuzz::check_ranges(text, length);
      fuzz::check_ranges("bytes=" + std::string(text), length);
      break;
    }
    case 1: {
      const std::size_t available = input.pick(usquic::files::precompressed_codings.size() + 1);
      fuzz::check_codings(input.rest(), available);
      break;
    }
    case 2:
      fuzz::check_dates(input.rest());
      break;
    default:
      fuzz::check_conditions(input);
  }
  return 0;
}
