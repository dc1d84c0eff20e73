// Dates of HTTP (RFC 9110 section 5.6.7).
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace usquic::http {

// The value of the Date field, formatted at most once a second.
class Date {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t formatted_ = -1;
  std::array<char, 30> text_{};
};

// Seconds since 1970 as an IMF-fixdate, such as "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_http_date(std::int64_t unix_seconds);

// Any of the three forms that a recipient must understand: IMF-fixdate, RFC 850, asctime.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace usquic::http
