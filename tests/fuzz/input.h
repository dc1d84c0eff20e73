// The bytes of one run, taken from the front. Past the end everything is zero or empty, so that any input is
// a whole one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace usquic::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  bool at_end() const { return bytes_.empty(); }

  std::uint8_t byte() { return static_cast<std::uint8_t>(integer(1)); }
  bool flag() { return (byte() & 1) != 0; }
  std::uint64_t integer(std::size_t length) {
    std::uint64_t value = 0;
    for (const std::uint8_t b : take(length)) value = value << 8 | b;
    return value;
  }
  // 0 to count - 1; count is at most 256.
  std::size_t pick(std::size_t count) { return byte() % count; }
  template <class List>
  const auto& choose(const List& list) {
    return list[pick(std::size(list))];
  }

  Bytes take(std::size_t length) {
    const Bytes taken = bytes_.first(std::min(length, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  // A length of one byte, then that many bytes.
  std::string_view text() { return as_text(take(byte())); }
  // The same with a length of two bytes.
  std::string_view long_text() { return as_text(take(integer(2))); }
  std::string_view rest() { return as_text(take(bytes_.size())); }

 private:
  Bytes bytes_;
};

}  // namespace usquic::fuzz
