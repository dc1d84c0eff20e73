// Paths of requests in the one form that routes are found by (RFC 9110 section 4.2.3, RFC 3986
// section 6.2.2): escapes are decoded, and "." and ".." segments removed. Two spellings of a path reach
// the same handler.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::app {

// In a normal path: a '/' that was sent as "%2F". It belongs to its segment (RFC 3986 section 2.2). Nothing
// else can be NUL there: a path with a NUL is refused.
inline constexpr char escaped_slash = '\0';

// Whether the path is in its normal form already: most are, and need no memory.
bool is_normal_path(std::string_view path);
// path: begins with '/', without query. Nothing for a malformed escape ("%zz", a '%' at the end) or a NUL.
std::optional<std::string> normal_path(std::string_view path);
// One segment with its escapes decoded, or nothing as above.
std::optional<std::string> normal_segment(std::string_view segment);
// "." and "..": no segment of a normal path is one (RFC 3986 section 5.2.4).
bool is_dot_segment(std::string_view segment);

// A part of a normal path as text, with `slash` for each escaped slash.
std::string text_of_part(std::string_view part, std::string_view slash);

}  // namespace usquic::app
