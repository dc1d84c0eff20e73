// HTTP/3 bytes written by hand: frames, and header sections of QPACK literals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http3_pair.h"

namespace usquic::engine::ngtcp2 {

// RFC 9000 section 16.
inline std::string wire_varint(std::uint64_t value) {
  const unsigned code = value < 0x40 ? 0 : value < 0x4000 ? 1 : value < 0x40000000 ? 2 : 3;
  const unsigned length = 1u << code;
  std::string text;
  for (unsigned i = length; i-- > 0;) text += static_cast<char>(value >> (8 * i));
  text[0] = static_cast<char>(static_cast<unsigned char>(text[0]) | code << 6);
  return text;
}

// RFC 9204 section 4.1.1.
inline std::string wire_prefixed(unsigned pattern, unsigned bits, std::uint64_t value) {
  const std::uint64_t most = (1u << bits) - 1;
  if (value < most) return {static_cast<char>(pattern | value)};
  std::string text{static_cast<char>(pattern | most)};
  for (value -= most; value >= 128; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7f));
  return text + static_cast<char>(value);
}

inline std::string wire_frame(std::uint64_t type, std::string_view payload) {
  return wire_varint(type) + wire_varint(payload.size()) + std::string(payload);
}

// Literal field lines with literal names (RFC 9204 section 4.5.6), no Huffman code.
inline std::string wire_section(const Fields& fields) {
  std::string text(2, '\0');
  for (const auto& [name, value] : fields) {
    text += wire_prefixed(0x20, 3, name.size()) + name + wire_prefixed(0, 7, value.size()) + value;
  }
  return text;
}

inline std::string wire_headers(const Fields& fields) {
  return wire_frame(1, wire_section(fields));
}

inline std::string wire_data(std::string_view body) {
  return wire_frame(0, body);
}

inline const std::string request = wire_headers(get_request);

inline Fields request_with(const Fields& more) {
  Fields fields = get_request;
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// A server that reads what was written by hand.
struct Server {
  explicit Server(std::size_t max_header_list_size = 65536)
      : side({true, max_header_list_size, true, false}) {
    side.http3->set_max_client_streams(1000);
  }
  // In pieces of `piece` bytes; the application error code, 0 = none.
  std::uint64_t read(std::int64_t id, std::string_view bytes, bool fin = true, std::size_t piece = 1u << 20) {
    total += bytes.size();
    do {
      const std::string_view now = bytes.substr(0, piece);
      bytes.remove_prefix(now.size());
      const int rv = side.http3->read(id, as_bytes(now), fin && bytes.empty());
      if (rv != 0) return Http3::application_error(rv);
    } while (!bytes.empty());
    return 0;
  }
  TestSide side;
  std::size_t total = 0;
};

}  // namespace usquic::engine::ngtcp2
