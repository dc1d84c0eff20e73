#include "http3/response_framing.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/varint.h"
#include "http3/frame_types.h"
#include "http3/qpack/huffman_code.h"
#include "http3/qpack/static_table.h"

namespace usquic::http3 {
namespace {

constexpr std::size_t max_integer_bytes = 10;  // a length in memory, 7 bits to a byte
constexpr std::size_t section_prefix_bytes = 2;

// RFC 7541 section 5.1: `flags` above the `bits` of the first byte that the number begins in.
std::uint8_t* put_integer(std::size_t value, unsigned bits, unsigned flags, std::uint8_t* out) {
  const std::size_t most = (1u << bits) - 1;
  if (value < most) {
    *out++ = static_cast<std::uint8_t>(flags | value);
    return out;
  }
  *out++ = static_cast<std::uint8_t>(flags | most);
  for (value -= most; value >= 0x80; value >>= 7) *out++ = static_cast<std::uint8_t>(0x80 | (value & 0x7f));
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

// RFC 9204 section 4.1.2: the length has `bits`, above them the flag of Huffman encoding.
std::uint8_t* put_string(std::string_view text, unsigned bits, unsigned flags, std::uint8_t* out) {
  const std::size_t encoded = huffman_length(text);
  if (encoded < text.size()) return huffman_encode(text, put_integer(encoded, bits, flags | 1u << bits, out));
  out = put_integer(text.size(), bits, flags, out);
  return std::copy(text.begin(), text.end(), out);
}

// RFC 9204 sections 4.5.2, 4.5.4 and 4.5.6.
std::uint8_t* put_field(const us_quic_header_t& field, std::uint8_t* out) {
  const std::string_view name(field.name, field.name_length);
  const std::string_view value(field.value, field.value_length);
  const bool is_never_indexed = (field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0;
  const StaticTableMatch match = find_in_static_table(name, value);
  if (match.field >= 0 && !is_never_indexed)
    return put_integer(static_cast<std::size_t>(match.field), 6, 0xc0, out);
  if (match.name >= 0) {
    out = put_integer(static_cast<std::size_t>(match.name), 4, is_never_indexed ? 0x70 : 0x50, out);
  } else {
    out = put_string(name, 3, is_never_indexed ? 0x30 : 0x20, out);
  }
  return put_string(value, 7, 0, out);
}

std::size_t section_bound(std::span<const us_quic_header_t> fields) {
  std::size_t bound = section_prefix_bytes;
  for (const us_quic_header_t& field : fields)
    bound += 2 * max_integer_bytes + field.name_length + field.value_length;
  return bound;
}

}  // namespace

std::size_t response_head_bound(std::span<const us_quic_header_t> fields) {
  return 2 * (1 + max_varint_bytes) + section_bound(fields);
}

std::uint8_t* put_response_head(std::span<const us_quic_header_t> fields, std::size_t body_length,
                                std::uint8_t* out) {
  // The section's length goes before it and is known after it: the section moves when that needs less room
  // than was left for it.
  out = put_varint(frame_headers, out);
  std::uint8_t* const length_at = out;
  const std::size_t room = shortest_varint(section_bound(fields));
  std::uint8_t* const section = out + room;
  out = section;
  // Required Insert Count and Delta Base (RFC 9204 section 4.5.1): no dynamic entries.
  *out++ = 0;
  *out++ = 0;
  for (const us_quic_header_t& field : fields) out = put_field(field, out);
  const auto length = static_cast<std::size_t>(out - section);
  if (const std::size_t needed = shortest_varint(length); needed < room) {
    std::memmove(length_at + needed, section, length);
    out -= room - needed;
  }
  put_varint(length, length_at);
  if (body_length > 0) out = put_varint(body_length, put_varint(frame_data, out));
  return out;
}

}  // namespace usquic::http3
