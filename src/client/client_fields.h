// The header section of a request: what may be sent, and what is added (RFC 9110 section 5,
// RFC 9114 section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "usquic/http/client.h"
#include "usquic/http/url.h"

namespace usquic::client {

// Checks the method and header fields of `options` and brings them into the form they are sent in: lower-case
// names, values without space around them.
std::optional<Failure> check_request(FetchOptions& options);

// The fields of the request, pseudo-headers first. `options` were checked; body_length: nothing = unknown.
std::vector<Field> request_fields(const Url& url, const FetchOptions& options,
                                  std::optional<std::uint64_t> body_length);

// The value of a checked content-length field, or nothing.
std::optional<std::uint64_t> content_length(const std::vector<Field>& fields);

// The latest header section of a stream, but for pseudo-header fields; status: the value of :status, or 0.
ResponseHead received_head(us_quic_stream_t* stream);

}  // namespace usquic::client
