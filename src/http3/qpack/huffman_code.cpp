#include "http3/qpack/huffman_code.h"

#include <endian.h>

#include <cstring>

#include "http3/qpack/huffman_table.h"

namespace usquic::http3 {

using huffman::Code;
using huffman::code_lengths;
using huffman::codes;

std::size_t huffman_length(std::string_view text) {
  std::size_t bits = 0;
  for (const char c : text) bits += code_lengths[static_cast<unsigned char>(c)];
  return (bits + 7) / 8;
}

std::uint8_t* huffman_encode(std::string_view text, std::uint8_t* out) {
  std::uint64_t bits = 0;
  unsigned count = 0;  // of bits that are not written yet, the lowest ones
  for (const char c : text) {
    const Code code = codes[static_cast<unsigned char>(c)];
    bits = bits << code.length | code.bits;
    count += code.length;
    if (count < 32) continue;  // else at most 61
    count -= 32;
    const std::uint32_t next = htobe32(static_cast<std::uint32_t>(bits >> count));
    std::memcpy(out, &next, sizeof(next));
    out += sizeof(next);
  }
  for (; count >= 8; count -= 8) *out++ = static_cast<std::uint8_t>(bits >> (count - 8));
  // The rest is filled with the most significant bits of the end's code, which are ones.
  if (count > 0) *out++ = static_cast<std::uint8_t>(bits << (8 - count) | 0xffu >> count);
  return out;
}

}  // namespace usquic::http3
