// Tokens that save a client's next connection a round trip (RFC 9000 section 8.1.3).
#pragma once

#include <string_view>

#include "engine/ngtcp2/connection_core.h"

namespace usquic::engine::ngtcp2 {

// A server sends one for the path that was validated.
void offer_token(ConnectionCore& core);
// A client keeps one that came.
void keep_token(ConnectionCore& core, std::string_view server_name, Bytes token);

}  // namespace usquic::engine::ngtcp2
