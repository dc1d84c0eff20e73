// The table of the Huffman code of header fields (RFC 7541 appendix B).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace usquic::http3::huffman {

// Bits of each character's code. The code is canonical: among codes of one length the next character has
// the next number.
constexpr std::array<std::uint8_t, 256> code_lengths = {
    // clang-format off
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    // clang-format on
};

constexpr unsigned max_code_bits = 30;

struct Code {
  std::uint32_t bits = 0;
  std::uint32_t length = 0;
};

constexpr std::array<Code, 256> make_codes() {
  std::array<Code, 256> codes;
  std::uint32_t next = 0;
  for (unsigned length = 1; length <= max_code_bits; ++length) {
    next <<= 1;
    for (std::size_t c = 0; c < codes.size(); ++c) {
      if (code_lengths[c] == length) codes[c] = {next++, length};
    }
  }
  return codes;
}

constexpr std::array<Code, 256> codes = make_codes();

}  // namespace usquic::http3::huffman
