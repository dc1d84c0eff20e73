// Reads strings in the Huffman code of header fields (RFC 7541 section 5.2), in as many pieces as they come in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace usquic::http3::qpack {

class HuffmanDecoder {
 public:
  // Room that decode() wants for `length` further bytes: the shortest code has five bits, and what is written
  // last may be followed by a byte of no meaning.
  std::size_t max_decoded(std::size_t length) const { return (length * 8 + count_) / 5 + 1; }
  // What a string of `length` bytes becomes at least: the longest code has thirty bits.
  static constexpr std::uint64_t min_decoded(std::uint64_t length) {
    return length == 0 ? 0 : (length * 8 - 7 + 29) / 30;
  }

  // Decodes `data` to `out`, which has room for max_decoded(). is_end: the string ends with it.
  // Returns where what was decoded ends; nullptr: no text has this code.
  char* decode(Bytes data, bool is_end, char* out);

 private:
  std::uint32_t bits_ = 0;   // that no character was made of yet, the lowest ones
  std::uint32_t count_ = 0;  // of them; fewer than the longest code has
};

}  // namespace usquic::http3::qpack
