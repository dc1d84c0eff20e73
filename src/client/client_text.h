// Texts for onError: one line each.
#pragma once

#include <cstdint>
#include <string>

#include "usquic/quic.h"

namespace usquic::client {

// The name of an HTTP/3 error code (usquic/http3_codes.h), or its number.
std::string http3_code_text(std::uint64_t code);

// Why a connection closed while an answer was waited for: the error, its code, which side found it, and the
// reason; one from the peer is cleaned of control characters.
std::string close_text(const us_quic_close_info_t& info);

// The server gave up sending the response (RESET_STREAM).
std::string reset_text(std::uint64_t code);

std::string stream_close_text(const us_quic_stream_close_info_t& info);

}  // namespace usquic::client
