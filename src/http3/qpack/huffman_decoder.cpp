#include "http3/qpack/huffman_decoder.h"

#include <endian.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "http3/qpack/huffman_table.h"

namespace usquic::http3::qpack {
namespace {

using huffman::code_lengths;
using huffman::codes;
using huffman::max_code_bits;

constexpr unsigned step_bits = 12;
constexpr unsigned window_bits = 64;
constexpr unsigned min_code_bits = 5;

// What the next bits begin with: one or two characters whose codes are complete within them. Zero where the first
// code is longer: then such a step takes nothing and makes nothing.
// The length of their codes is in the lowest bits, where a shift takes it from: bits 0 to 7. Bits 8 to 15: the
// number of characters, then these, in the order of memory.
using Step = std::uint32_t;

constexpr Step make_step(std::uint32_t first, std::uint32_t second, std::uint32_t length,
                         std::uint32_t count) {
  const std::uint32_t characters =
      std::endian::native == std::endian::little ? first | second << 8 : first << 8 | second;
  return length | count << 8 | characters << 16;
}

constexpr unsigned length_of(Step step) {
  return step & 0xff;
}

constexpr auto make_steps() {
  constexpr std::size_t size = std::size_t{1} << step_bits;
  struct Single {
    std::uint8_t character = 0;
    std::uint8_t length = 0;
  };
  std::array<Single, size> singles{};
  for (std::size_t c = 0; c < codes.size(); ++c) {
    if (codes[c].length > step_bits) continue;
    const unsigned spare = step_bits - codes[c].length;
    for (std::size_t i = 0; i < std::size_t{1} << spare; ++i) {
      singles[(codes[c].bits << spare) + i] = {static_cast<std::uint8_t>(c), code_lengths[c]};
    }
  }
  std::array<Step, size> steps{};
  for (std::size_t i = 0; i < size; ++i) {
    const Single first = singles[i];
    if (first.length == 0) continue;
    const Single second = singles[(i << first.length) & (size - 1)];
    const unsigned both = first.length + second.length;
    steps[i] = second.length == 0 || both > step_bits ? make_step(first.character, 0, first.length, 1)
                                                      : make_step(first.character, second.character, both, 2);
  }
  return steps;
}

constexpr auto steps = make_steps();

// What comes of one step is written to `out`, two bytes whatever it is.
inline Step take_step(std::uint64_t& window, char*& out) {
  const Step step = steps[window >> (window_bits - step_bits)];
  window <<= length_of(step);
  const auto characters = static_cast<std::uint16_t>(step >> 16);
  std::memcpy(out, &characters, sizeof characters);
  out += step >> 8 & 0xff;
  return step;
}

// The characters in the order of their codes, and where each length begins.
struct CanonicalCode {
  std::array<std::uint8_t, 256> characters{};
  std::array<std::uint32_t, max_code_bits + 1> first_code{};
  std::array<std::uint32_t, max_code_bits + 1> first_character{};
  std::array<std::uint32_t, max_code_bits + 1> end{};  // of the codes of a length, as the first of 32 bits
};

constexpr CanonicalCode make_canonical_code() {
  CanonicalCode canonical;
  std::uint32_t next = 0;
  std::uint32_t count = 0;
  for (unsigned length = 1; length <= max_code_bits; ++length) {
    next <<= 1;
    canonical.first_code[length] = next;
    canonical.first_character[length] = count;
    for (std::size_t c = 0; c < codes.size(); ++c) {
      if (code_lengths[c] != length) continue;
      canonical.characters[count++] = static_cast<std::uint8_t>(c);
      ++next;
    }
    canonical.end[length] = next << (32 - length);
  }
  return canonical;
}

constexpr CanonicalCode canonical_code = make_canonical_code();

// The first character of `window`. Length 0: it is the end's code.
struct Character {
  std::uint8_t character;
  unsigned length;
};

Character find_character(std::uint64_t window) {
  const auto bits = static_cast<std::uint32_t>(window >> 32);
  for (unsigned length = min_code_bits; length <= max_code_bits; ++length) {
    if (bits >= canonical_code.end[length]) continue;
    const std::uint32_t offset = (bits >> (32 - length)) - canonical_code.first_code[length];
    return {canonical_code.characters[canonical_code.first_character[length] + offset], length};
  }
  return {0, 0};
}

// Some bytes, fewer than eight but one at least, as the highest bits of a number.
std::uint64_t load_bytes(const std::uint8_t* from, std::size_t length) {
  if (length < 4) {
    return std::uint64_t{from[0]} << 56 | std::uint64_t{from[length / 2]} << (56 - length / 2 * 8) |
           std::uint64_t{from[length - 1]} << (64 - length * 8);
  }
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // they overlap
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + length - sizeof last, sizeof last);
  return std::uint64_t{be32toh(first)} << 32 |
         std::uint64_t{be32toh(last)} << 32 >> ((length - sizeof last) * 8);
}

}  // namespace

char* HuffmanDecoder::decode(Bytes data, bool is_end, char* out) {
  const std::uint8_t* next = data.data();
  const std::uint8_t* const end = next + data.size();
  // The highest `count` bits are the next ones of the string.
  std::uint64_t window = count_ == 0 ? 0 : std::uint64_t{bits_} << (window_bits - count_);
  unsigned count = count_;

  for (;;) {
    if (end - next >= 8) {
      std::uint64_t loaded = 0;
      std::memcpy(&loaded, next, sizeof loaded);
      // Bits beyond `count` are those that will be loaded again, at the same place.
      window |= be64toh(loaded) >> count;
      next += (window_bits - 1 - count) / 8;
      count |= 56;
    } else {
      // From here on zeros stand for bits to come. No end's code comes of them.
      window &= ~(~std::uint64_t{0} >> count);
      const auto left = static_cast<std::size_t>(end - next);
      const std::size_t loadable = std::min<std::size_t>(left, (window_bits - 1 - count) / 8);
      if (loadable > 0) {
        window |= load_bytes(next, loadable) >> count;
        next += loadable;
        count += static_cast<unsigned>(loadable) * 8;
      }
      if (count < 4 * step_bits) break;
    }
    std::uint32_t taken = length_of(take_step(window, out));
    taken += length_of(take_step(window, out));
    taken += length_of(take_step(window, out));
    const Step last = take_step(window, out);
    count -= taken + length_of(last);
    if (last != 0 || count < max_code_bits) continue;
    const Character found = find_character(window);
    if (found.length == 0) return nullptr;
    *out++ = static_cast<char>(found.character);
    window <<= found.length;
    count -= found.length;
  }

  for (;;) {
    const Step step = steps[window >> (window_bits - step_bits)];
    if (step != 0 && length_of(step) <= count) {
      take_step(window, out);
      count -= length_of(step);
      continue;
    }
    const Character found = find_character(window);
    if (found.length == 0) return nullptr;
    if (found.length > count) break;
    *out++ = static_cast<char>(found.character);
    window <<= found.length;
    count -= found.length;
  }
  bits_ = count == 0 ? 0 : static_cast<std::uint32_t>(window >> (window_bits - count));
  count_ = count;
  if (!is_end) return out;
  // Fewer than eight bits, the first ones of the end's code, fill the last byte.
  return count_ < 8 && bits_ == (1u << count_) - 1 ? out : nullptr;
}

}  // namespace usquic::http3::qpack
