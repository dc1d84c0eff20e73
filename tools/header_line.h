// Header lines of the command line, in curl's forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::tools {

struct HeaderLine {
  std::string name;  // lower case (RFC 9114 4.2)
  std::string value;
  bool removes = false;
};

// "Name: value", "Name:" takes a default away, "Name;" sends it empty. Empty when the line is none of these,
// or has characters that no field may have (RFC 9110 5.1 and 5.5).
std::optional<HeaderLine> parse_header_line(std::string_view line);

}  // namespace usquic::tools
