// The :path of a request as the name of a file (RFC 9114 section 4.3.1, RFC 3986).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usquic::files {

struct RequestPath {
  std::string file;             // decoded, relative, without "." and empty segments; "" = the root folder
  bool names_directory = true;  // the path ends with '/'
  bool is_hidden = false;       // a segment begins with a dot, and is not /.well-known (RFC 8615)
  std::string query;            // as received, without '?'
};

// Empty for what is malformed or cannot name a file below the root: no leading '/', a broken percent
// escape, a ".." segment, and NUL, '/' or '\' inside of a segment however they were written.
std::optional<RequestPath> parse_request_path(std::string_view path);

// A path of plain bytes as it is written in a URL.
std::string percent_encode_path(std::string_view path);

}  // namespace usquic::files
