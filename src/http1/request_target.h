// The forms of a request's target (RFC 9112 section 3.2).
#pragma once

#include <string_view>

#include "http1/failure.h"

namespace usquic::http1 {

struct RequestTarget {
  std::string_view authority;  // of the absolute and the authority form; else empty
  std::string_view path;       // with the query, as the target has it
  // What the path lacks, such as the "/" of "http://a?q": it goes before `path`.
  std::string_view root;
};

// `scheme`: the connection's.
Failure parse_target(std::string_view method, std::string_view scheme, std::string_view target,
                     RequestTarget& parsed);

// RFC 9110 section 4.2: a host that is not empty, with or without a port; no user information.
bool is_authority(std::string_view text);

}  // namespace usquic::http1
