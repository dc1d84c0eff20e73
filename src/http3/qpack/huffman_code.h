// The Huffman code of header fields (RFC 7541 appendix B, as RFC 9204 section 4.1.2 says).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace usquic::http3 {

// Bytes of `text` when encoded.
std::size_t huffman_length(std::string_view text);
// Writes them; returns where they end.
std::uint8_t* huffman_encode(std::string_view text, std::uint8_t* out);

}  // namespace usquic::http3
