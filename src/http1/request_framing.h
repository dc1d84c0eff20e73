// How long a request's body is, and whether the connection outlives the request: what Transfer-Encoding,
// Content-Length and Connection say (RFC 9112 sections 6 and 9).
#pragma once

#include <cstdint>
#include <optional>

#include "http1/failure.h"
#include "http1/field_list.h"

namespace usquic::http1 {

struct RequestFraming {
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = false;
};

// Marks the fields that concern the connection alone as left out.
Failure read_framing(FieldList& fields, int minor_version, RequestFraming& framing);

// The same for a trailer section, where fields that must not come are left out, too (RFC 9110 section 6.5.1).
void leave_out_of_trailers(FieldList& fields);

}  // namespace usquic::http1
