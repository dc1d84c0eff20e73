// A hash of short text, for tables in memory. It has no key: whoever chooses the text can make tables slow, so it is for
// tables of bounded size.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace usquic {

namespace text_hash {

template <class Integer>
std::uint64_t load(const char* from) {
  Integer bits = 0;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t bits) {
  hash = (hash ^ bits) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

}  // namespace text_hash

// seed: the hash of what stands before it, or 0.
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) {
  using text_hash::load, text_hash::mix;
  const std::size_t length = text.size();
  const char* const begin = text.data();
  const std::uint64_t start = mix(seed, length);
  if (length >= 8) {
    std::uint64_t hash = start;
    for (std::size_t i = 0; i + 8 < length; i += 8) hash = mix(hash, load<std::uint64_t>(begin + i));
    return mix(hash, load<std::uint64_t>(begin + length - 8));
  }
  // Loads that overlap, as above.
  if (length >= 4)
    return mix(start, load<std::uint32_t>(begin) << 32 | load<std::uint32_t>(begin + length - 4));
  if (length == 0) return start;
  return mix(start, load<std::uint8_t>(begin) << 16 | load<std::uint8_t>(begin + length / 2) << 8 |
                        load<std::uint8_t>(begin + length - 1));
}

}  // namespace usquic
