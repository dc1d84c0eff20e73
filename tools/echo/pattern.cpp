#include "echo/conversation.h"

namespace usquic::tools::echo {

char pattern_byte(std::uint64_t number, std::uint64_t offset) {
  std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15u ^ (offset / 8 + 1) * 0xbf58476d1ce4e5b9u;
  mixed ^= mixed >> 29;
  return static_cast<char>((mixed >> (offset % 8 * 8)) & 0xff);
}

std::string pattern(std::uint64_t number, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = pattern_byte(number, offset + i);
  return bytes;
}

}  // namespace usquic::tools::echo
