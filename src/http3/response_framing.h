// Responses as HTTP/3 frames that refer to no dynamic table, and so can be put on any stream at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "usquic/quic.h"

namespace usquic::http3 {

// Bytes that the frames before the body take at most.
std::size_t response_head_bound(std::span<const us_quic_header_t> fields);
// Writes a HEADERS frame, and the head of a DATA frame if there is a body (RFC 9114 section 7.2); returns
// where they end.
std::uint8_t* put_response_head(std::span<const us_quic_header_t> fields, std::size_t body_length,
                                std::uint8_t* out);

}  // namespace usquic::http3
