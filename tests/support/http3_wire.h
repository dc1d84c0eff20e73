// HTTP/3 bytes written by hand: frames, and header sections of QPACK literals.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/wire.h"

namespace usquic::test {

using WireFields = std::vector<std::pair<std::string, std::string>>;

// An integer with a prefix of `bits` bits; `pattern` is what stands above them (RFC 9204 section 4.1.1).
inline std::string wire_prefixed(unsigned pattern, unsigned bits, std::uint64_t value) {
  const std::uint64_t most = (1u << bits) - 1;
  if (value < most) return {static_cast<char>(pattern | value)};
  std::string text{static_cast<char>(pattern | most)};
  for (value -= most; value >= 128; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7f));
  return text + static_cast<char>(value);
}

// RFC 9114 section 7.1.
inline std::string wire_frame(std::uint64_t type, std::string_view payload) {
  return wire_varint(type) + wire_varint(payload.size()) + std::string(payload);
}

// Literal field lines with literal names (RFC 9204 section 4.5.6), no Huffman code.
inline std::string wire_section(const WireFields& fields) {
  std::string text(2, '\0');
  for (const auto& [name, value] : fields) {
    text += wire_prefixed(0x20, 3, name.size()) + name + wire_prefixed(0, 7, value.size()) + value;
  }
  return text;
}

inline std::string wire_headers(const WireFields& fields) {
  return wire_frame(1, wire_section(fields));
}

inline std::string wire_data(std::string_view body) {
  return wire_frame(0, body);
}

}  // namespace usquic::test
