#include "header_line.h"

#include "base/ascii.h"
#include "http/field_rules.h"

namespace usquic::tools {

std::optional<HeaderLine> parse_header_line(std::string_view line) {
  const auto colon = line.find(':');
  HeaderLine header;
  if (colon == std::string_view::npos) {
    if (!line.ends_with(';')) return std::nullopt;
    header.name = trim(line.substr(0, line.size() - 1));
  } else {
    header.name = trim(line.substr(0, colon));
    header.value = trim(line.substr(colon + 1));
    header.removes = header.value.empty();
  }
  const bool is_valid =
      http::copy_field_name(header.name, header.name.data()) && http::is_field_value(header.value);
  return is_valid ? std::optional(std::move(header)) : std::nullopt;
}

}  // namespace usquic::tools
