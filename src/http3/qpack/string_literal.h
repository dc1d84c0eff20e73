// String literals of QPACK (RFC 9204 section 4.1.2).
#pragma once

#include <cstdint>
#include <string_view>

namespace usquic::http3::qpack {

// Writes length and text, in the shorter of both forms. The length has `bits` of its first byte, above them are the
// flag of Huffman code and `flags`.
std::uint8_t* put_string(std::string_view text, unsigned bits, unsigned flags, std::uint8_t* out);

}  // namespace usquic::http3::qpack
