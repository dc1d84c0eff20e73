#include "http3/grease.h"

#include <array>

namespace usquic::http3 {
namespace {

constexpr std::uint64_t reserved(std::uint64_t n) {
  return 0x1f * n + 0x21;
}

}  // namespace

Grease make_grease(const RandomSource& random) {
  std::array<std::uint8_t, 8> bytes;
  random.fill(bytes);
  const auto number = [&bytes](std::size_t at) { return std::uint64_t{bytes[at]} << 8 | bytes[at + 1]; };
  return {.setting = {reserved(number(0)), number(2)},
          .frame_type = reserved(number(4)),
          .frame_number = number(6)};
}

}  // namespace usquic::http3
