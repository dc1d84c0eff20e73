// The versions of QUIC that there are keys for.
#pragma once

#include <cstdint>

namespace usquic::crypto {

constexpr std::uint32_t quic_version_1 = 1;           // RFC 9000
constexpr std::uint32_t quic_version_2 = 0x6b3343cf;  // RFC 9369

}  // namespace usquic::crypto
