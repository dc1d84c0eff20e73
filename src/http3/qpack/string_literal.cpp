#include "http3/qpack/string_literal.h"

#include <algorithm>

#include "http3/qpack/huffman_code.h"
#include "http3/qpack/prefixed_integer.h"

namespace usquic::http3::qpack {

std::uint8_t* put_string(std::string_view text, unsigned bits, unsigned flags, std::uint8_t* out) {
  const std::size_t encoded = huffman_length(text);
  if (encoded < text.size()) return huffman_encode(text, put_integer(encoded, bits, flags | 1u << bits, out));
  out = put_integer(text.size(), bits, flags, out);
  return std::copy(text.begin(), text.end(), out);
}

}  // namespace usquic::http3::qpack
