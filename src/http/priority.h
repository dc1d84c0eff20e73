// How urgent a response is (RFC 9218).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usquic::http {

struct Priority {
  std::uint8_t urgency = 3;  // 0 is the most urgent, 7 the least (RFC 9218 section 4.1)
  bool incremental = false;  // it is of use before it is complete (section 4.2)

  bool operator==(const Priority&) const = default;
};

// Reads a Priority field value: a dictionary of structured fields (RFC 8941 section 4.2.2). Parameters that are not
// known, or whose value is of the wrong type or out of range, are ignored (RFC 9218 section 4). Nothing: it is no
// dictionary, and all of it is to be ignored.
std::optional<Priority> parse_priority(std::string_view value);

// The field value that says `priority`.
std::string format_priority(Priority priority);

}  // namespace usquic::http
