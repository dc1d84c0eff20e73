#include "header_line.h"

#include <algorithm>

#include "base/ascii.h"

namespace usquic::tools {
namespace {

bool is_token_character(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

std::optional<HeaderLine> parse_header_line(std::string_view line) {
  const auto colon = line.find(':');
  HeaderLine header;
  if (colon == std::string_view::npos) {
    if (!line.ends_with(';')) return std::nullopt;
    header.name = to_lower(trim(line.substr(0, line.size() - 1)));
  } else {
    header.name = to_lower(trim(line.substr(0, colon)));
    header.value = trim(line.substr(colon + 1));
    header.removes = header.value.empty();
  }
  const bool is_valid = !header.name.empty() &&
                        std::all_of(header.name.begin(), header.name.end(), is_token_character) &&
                        std::all_of(header.value.begin(), header.value.end(), is_value_character);
  return is_valid ? std::optional(std::move(header)) : std::nullopt;
}

}  // namespace usquic::tools
