// Durations as the user writes and reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usquic::tools::load {

// "10", "1.5s", "500ms", "2m", "1h", in nanoseconds; a number alone is seconds. Empty for anything else,
// below zero, or longer than a year.
std::optional<std::int64_t> parse_duration(std::string_view text);

// In the unit that suits it, with four significant digits at most: "12.3 us", "4.56 ms", "1.2 s".
std::string format_duration(std::int64_t ns);

}  // namespace usquic::tools::load
