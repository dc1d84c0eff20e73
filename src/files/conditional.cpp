#include "files/conditional.h"

#include "base/ascii.h"
#include "http/date.h"

namespace usquic::files {
namespace {

enum class Comparison { Strong, Weak };

// RFC 9110 8.8.3.2.
bool tags_match(std::string_view candidate, std::string_view entity_tag, Comparison comparison) {
  constexpr std::string_view weak = "W/";
  if (comparison == Comparison::Strong && (candidate.starts_with(weak) || entity_tag.starts_with(weak)))
    return false;
  if (candidate.starts_with(weak)) candidate.remove_prefix(weak.size());
  if (entity_tag.starts_with(weak)) entity_tag.remove_prefix(weak.size());
  return candidate == entity_tag;
}

// Take one entity tag off a list; a comma inside the quotes belongs to the tag. Empty at the end or
// at a fault.
std::string_view next_entity_tag(std::string_view& list) {
  const auto begin = list.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) return {};
  list.remove_prefix(begin);
  const std::size_t open = list.starts_with("W/") ? 2 : 0;
  if (open >= list.size() || list[open] != '"') return {};
  const auto close = list.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  return tag;
}

bool list_matches(std::string_view list, std::string_view entity_tag, Comparison comparison) {
  if (trim(list) == "*") return true;
  for (auto tag = next_entity_tag(list); !tag.empty(); tag = next_entity_tag(list)) {
    if (tags_match(tag, entity_tag, comparison)) return true;
  }
  return false;
}

}  // namespace

std::string make_entity_tag(const FileIdentity& identity, std::string_view variant) {
  return '"' + to_hex(identity.size) + '-' + to_hex(identity.modified_ns) + std::string(variant) + '"';
}

Verdict evaluate_conditions(const Conditions& conditions, const Validators& validators) {
  if (conditions.if_match) {
    if (!list_matches(*conditions.if_match, validators.entity_tag, Comparison::Strong)) {
      return Verdict::PreconditionFailed;
    }
  } else if (conditions.if_unmodified_since) {
    const auto date = http::parse_http_date(*conditions.if_unmodified_since);
    if (date && validators.last_modified > *date) return Verdict::PreconditionFailed;
  }
  if (conditions.if_none_match) {
    const bool matches = list_matches(*conditions.if_none_match, validators.entity_tag, Comparison::Weak);
    return matches ? Verdict::NotModified : Verdict::Proceed;
  }
  if (conditions.if_modified_since) {
    const auto date = http::parse_http_date(*conditions.if_modified_since);
    if (date && validators.last_modified <= *date) return Verdict::NotModified;
  }
  return Verdict::Proceed;
}

bool range_applies(const Conditions& conditions, const Validators& validators) {
  if (!conditions.if_range) return true;
  const std::string_view value = trim(*conditions.if_range);
  if (value.starts_with('"') || value.starts_with("W/")) {
    return tags_match(value, validators.entity_tag, Comparison::Strong);
  }
  const auto date = http::parse_http_date(value);
  return date && *date == validators.last_modified;
}

}  // namespace usquic::files
