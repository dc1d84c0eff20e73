// What becomes of a message whose header section is over the limit (RFC 9114 section 4.2.2). A request is
// answered with 431 (RFC 6585 section 5) as long as it can be; every other message ends its stream.
#pragma once

#include <cstdint>
#include <span>

#include "usquic/http3_codes.h"
#include "usquic/quic.h"

namespace usquic::http3 {

// Where the stream stands when the section turns out to be too large.
struct OversizedSection {
  bool is_request = false;       // a server reads it, and it begins the message: no trailers
  bool is_answered = false;      // the final response was submitted
  bool is_write_closed = false;  // nothing more can be sent
};

// true: send oversized_response(), which ends this side of the stream, and stop reading the request, with
// oversized_answered. false: reset the stream and stop reading it, with oversized_failed.
bool is_answered_with_431(const OversizedSection& section);

// The header section of the answer; it has no body.
std::span<const us_quic_header_t> oversized_response();

// RFC 9114 section 4.1: the response is complete, and the rest of the request is not needed for it.
inline constexpr std::uint64_t oversized_answered = US_QUIC_H3_NO_ERROR;
inline constexpr std::uint64_t oversized_failed = US_QUIC_H3_EXCESSIVE_LOAD;

}  // namespace usquic::http3
