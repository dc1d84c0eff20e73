// Bytes as they stand in packets, written and read by hand: integers in network byte order and
// variable-length integers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace usquic::test {

inline std::string wire_integer(std::uint64_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = bytes; i-- > 0;) text += static_cast<char>(value >> (8 * i));
  return text;
}

// RFC 9000 section 16, in as many bytes as are asked for: 1, 2, 4 or 8.
inline std::string wire_varint(std::uint64_t value, unsigned bytes) {
  const unsigned code = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
  std::string text = wire_integer(value, bytes);
  text[0] = static_cast<char>(static_cast<unsigned char>(text[0]) | code << 6);
  return text;
}

// In the fewest bytes.
inline std::string wire_varint(std::uint64_t value) {
  return wire_varint(value, value < 0x40 ? 1 : value < 0x4000 ? 2 : value < 0x40000000 ? 4 : 8);
}

// Reads from the front. Past the end everything is 0 or empty, and is_bad() says so.
class WireReader {
 public:
  explicit WireReader(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  bool is_bad() const { return is_bad_; }
  std::string_view rest() const { return text_; }
  std::size_t left() const { return text_.size(); }

  std::string_view take(std::uint64_t length) {
    if (length > text_.size()) {
      is_bad_ = true;
      text_ = {};
      return {};
    }
    const std::string_view taken = text_.substr(0, length);
    text_.remove_prefix(length);
    return taken;
  }
  std::uint64_t integer(unsigned bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::uint64_t varint() {
    if (text_.empty()) {
      is_bad_ = true;
      return 0;
    }
    const unsigned length = 1u << (static_cast<unsigned char>(text_[0]) >> 6);
    const std::uint64_t value = integer(length);
    return is_bad_ ? 0 : value & ((std::uint64_t{1} << (8 * length - 2)) - 1);
  }

 private:
  std::string_view text_;
  bool is_bad_ = false;
};

}  // namespace usquic::test
