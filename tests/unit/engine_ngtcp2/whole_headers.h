// The headers of a request and of its response.
#pragma once

#include "usquic/quic.h"

namespace usquic::test {

inline constexpr us_quic_header_t get_request[] = {{":method", 7, "GET", 3, 0},
                                                   {":scheme", 7, "https", 5, 0},
                                                   {":authority", 10, "server.test", 11, 0},
                                                   {":path", 5, "/", 1, 0}};
inline constexpr us_quic_header_t ok_response[] = {{":status", 7, "200", 3, 0}};

}  // namespace usquic::test
