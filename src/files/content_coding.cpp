#include "files/content_coding.h"

#include "base/ascii.h"

namespace usquic::files {
namespace {

// Weights in thousandths (RFC 9110 12.4.2).
constexpr int full_weight = 1000;

int parse_weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * full_weight;
  int unit = 100;
  if (text.size() > 1 && text[1] != '.') return 0;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c) || unit == 0) return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, full_weight);
}

int weight_of_item(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (parameter.size() > 2 && to_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      return parse_weight(parameter.substr(2));
    }
  }
  return full_weight;
}

// The weight that the field gives to a coding; empty = not mentioned.
std::optional<int> weight_of(std::string_view field, ContentCoding coding) {
  std::optional<int> any;
  for (auto item = next_list_item(field); !item.empty(); item = next_list_item(field)) {
    const auto semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = trim(item.substr(0, semicolon));
    const std::string_view parameters = item.substr(std::min(semicolon + 1, item.size()));
    const bool is_alias = coding == ContentCoding::Gzip && equals_ignoring_case(name, "x-gzip");
    if (is_alias || equals_ignoring_case(name, coding_name(coding))) return weight_of_item(parameters);
    if (name == "*") any = weight_of_item(parameters);
  }
  return any;
}

}  // namespace

std::string_view coding_name(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::Brotli:
      return "br";
    case ContentCoding::Zstandard:
      return "zstd";
    case ContentCoding::Gzip:
      return "gzip";
    case ContentCoding::Identity:
      break;
  }
  return "identity";
}

std::string_view coding_suffix(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::Brotli:
      return ".br";
    case ContentCoding::Zstandard:
      return ".zst";
    case ContentCoding::Gzip:
      return ".gz";
    case ContentCoding::Identity:
      break;
  }
  return "";
}

ContentCoding choose_coding(std::optional<std::string_view> accept_encoding,
                            std::span<const ContentCoding> available) {
  if (!accept_encoding) return ContentCoding::Identity;
  // Identity that is not mentioned is acceptable, but any coding that is mentioned is liked better.
  int best_weight = weight_of(*accept_encoding, ContentCoding::Identity).value_or(0);
  if (accept_encoding->find("identity") == std::string_view::npos) best_weight = 0;
  ContentCoding best = ContentCoding::Identity;
  for (const ContentCoding coding : available) {
    const int weight = weight_of(*accept_encoding, coding).value_or(0);
    const bool wins_tie = best == ContentCoding::Identity && weight == best_weight && weight > 0;
    if (weight > best_weight || wins_tie) {
      best = coding;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace usquic::files
