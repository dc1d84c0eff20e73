// Variable-length integers of the wire (RFC 9000 section 16): the two highest bits of the first byte say how
// many bytes there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace usquic {

inline constexpr std::uint64_t max_varint = (std::uint64_t{1} << 62) - 1;
inline constexpr std::size_t max_varint_bytes = 8;

// Bytes of an integer with this first byte.
constexpr std::size_t varint_length(std::uint8_t first_byte) {
  return std::size_t{1} << (first_byte >> 6);
}

// Bytes of the shortest encoding.
constexpr std::size_t shortest_varint(std::uint64_t value) {
  return value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
}

// length: varint_length of the first byte; all of them are there.
constexpr std::uint64_t decode_varint(const std::uint8_t* bytes, std::size_t length) {
  std::uint64_t value = bytes[0] & 0x3fu;
  for (std::size_t i = 1; i < length; ++i) value = value << 8 | bytes[i];
  return value;
}

// Takes an integer off the front; false: it is incomplete, and nothing is taken.
inline bool take_varint(Bytes& data, std::uint64_t& value) {
  if (data.empty()) return false;
  const std::size_t length = varint_length(data.front());
  if (data.size() < length) return false;
  value = decode_varint(data.data(), length);
  data = data.subspan(length);
  return true;
}

// Writes the shortest encoding of a value up to max_varint; returns what is behind it.
constexpr std::uint8_t* put_varint(std::uint64_t value, std::uint8_t* out) {
  const unsigned exponent = value < 1u << 6 ? 0 : value < 1u << 14 ? 1 : value < 1u << 30 ? 2 : 3;
  const unsigned length = 1u << exponent;
  for (unsigned i = length; i-- > 0;) {
    const std::uint64_t prefix = i + 1 == length ? exponent << 6 : 0;
    *out++ = static_cast<std::uint8_t>((value >> (8 * i) & 0xff) | prefix);
  }
  return out;
}

// The longest encoding, whatever the value is.
inline void append_longest_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  const std::size_t first = out.size();
  for (unsigned shift = 64; shift > 0;) out.push_back(static_cast<std::uint8_t>(value >> (shift -= 8)));
  out[first] |= 0xc0;
}

// Reads integers that arrive in pieces, one after the other.
class VarintReader {
 public:
  // Takes bytes off the front, of one integer at most; true when it is complete.
  bool read(Bytes& data) {
    while (!data.empty()) {
      const std::uint8_t byte = data.front();
      data = data.subspan(1);
      if (left_ == 0) {
        left_ = static_cast<std::uint8_t>(varint_length(byte));
        value_ = byte & 0x3fu;
      } else {
        value_ = value_ << 8 | byte;
      }
      if (--left_ == 0) return true;
    }
    return false;
  }

  // After read returned true.
  std::uint64_t value() const { return value_; }
  // Some bytes were read, and others are missing.
  bool is_incomplete() const { return left_ != 0; }

 private:
  std::uint64_t value_ = 0;
  std::uint8_t left_ = 0;
};

}  // namespace usquic
