// A request line (RFC 9112 section 3): the method, one space, the target, one space, the version.
#pragma once

#include <cstddef>
#include <string_view>

#include "http1/failure.h"

namespace usquic::http1 {

struct RequestLine {
  std::string_view method;
  std::string_view target;
  int minor_version = 0;  // of HTTP/1
};

// The longest line that can be right: one that has more bytes is refused before its end comes.
std::size_t max_request_line_bytes(std::size_t max_target_bytes);
// `line`: without its end.
Failure parse_request_line(std::string_view line, std::size_t max_target_bytes, RequestLine& parsed);
// Why one is refused that is longer than max_request_line_bytes().
Failure refuse_long_line(std::string_view begin);

}  // namespace usquic::http1
