// Fields and bytes as the tests of QPACK write them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/bytes.h"
#include "http3/qpack/decoder.h"
#include "usquic/quic.h"

namespace usquic::http3::qpack {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline std::vector<us_quic_header_t> to_headers(const Fields& fields) {
  std::vector<us_quic_header_t> headers;
  for (const auto& [name, value] : fields) {
    headers.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  return headers;
}

inline Fields to_fields(std::span<const us_quic_header_t> headers) {
  Fields fields;
  for (const us_quic_header_t& header : headers) {
    fields.emplace_back(std::string(header.name, header.name_length),
                        std::string(header.value, header.value_length));
  }
  return fields;
}

// Bytes written as hexadecimal digits; spaces are skipped.
inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    if (high < 0) {
      high = hex_digit(c);
    } else {
      bytes += static_cast<char>(high * 16 + hex_digit(c));
      high = -1;
    }
  }
  return bytes;
}

inline std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// All that waits to be sent on the stream of a Decoder or Encoder.
template <class Side>
std::string instructions_of(Side& side) {
  std::string bytes;
  while (side.has_instructions()) {
    std::uint8_t room[64];
    bytes += as_text({room, side.write_instructions(room)});
  }
  return bytes;
}

}  // namespace usquic::http3::qpack
