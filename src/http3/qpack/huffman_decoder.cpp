#include "http3/qpack/huffman_decoder.h"

#include <endian.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "http3/qpack/huffman_table.h"

namespace usquic::http3::qpack {
namespace {

using huffman::code_lengths;
using huffman::codes;
using huffman::max_code_bits;

constexpr unsigned step_bits = 12;
constexpr unsigned window_bits = 64;

// What the next bits begin with: one or two characters whose codes are complete within them, or none where the
// first code is longer.
struct Step {
  std::array<std::uint8_t, 2> characters{};
  std::uint8_t count = 0;
  std::uint8_t bits = 0;  // of the codes of these characters
};

constexpr auto make_steps() {
  constexpr std::size_t size = std::size_t{1} << step_bits;
  std::array<Step, size> first{};
  for (std::size_t c = 0; c < codes.size(); ++c) {
    if (codes[c].length > step_bits) continue;
    const unsigned spare = step_bits - codes[c].length;
    for (std::size_t i = 0; i < std::size_t{1} << spare; ++i) {
      first[(codes[c].bits << spare) + i] = {
          {static_cast<std::uint8_t>(c), 0}, 1, static_cast<std::uint8_t>(codes[c].length)};
    }
  }
  std::array<Step, size> steps = first;
  for (std::size_t i = 0; i < size; ++i) {
    Step& step = steps[i];
    if (step.count == 0) continue;
    const Step& second = first[(i << step.bits) & (size - 1)];
    if (second.count == 0 || step.bits + second.bits > step_bits) continue;
    step.characters[1] = second.characters[0];
    step.count = 2;
    step.bits = static_cast<std::uint8_t>(step.bits + second.bits);
  }
  return steps;
}

constexpr auto steps = make_steps();

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

// The character whose code is longer than a step and begins `window`. Length 0: it is the end's code.
struct LongCode {
  std::uint8_t character;
  unsigned length;
};

LongCode find_long_code(std::uint64_t window) {
  const auto bits = static_cast<std::uint32_t>(window >> 32);
  for (unsigned length = step_bits + 1; length <= max_code_bits; ++length) {
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

  while (end - next >= 8) {
    std::uint64_t loaded = 0;
    std::memcpy(&loaded, next, sizeof loaded);
    // Bits beyond `count` are those that will be loaded again, at the same place.
    window |= be64toh(loaded) >> count;
    next += (window_bits - 1 - count) / 8;
    count |= 56;
    for (int i = 0; i < 4; ++i) {  // 56 bits have four steps
      const Step step = steps[window >> (window_bits - step_bits)];
      if (step.count == 0) [[unlikely]] {
        if (count < max_code_bits) break;
        const LongCode code = find_long_code(window);
        if (code.length == 0) return nullptr;
        *out++ = static_cast<char>(code.character);
        window <<= code.length;
        count -= code.length;
        break;
      }
      std::memcpy(out, step.characters.data(), 2);
      out += step.count;
      window <<= step.bits;
      count -= step.bits;
    }
  }
  // From here on zeros stand for bits to come. No end's code comes of them.
  window &= ~(~std::uint64_t{0} >> count);

  for (;;) {
    const std::size_t loadable =
        std::min<std::size_t>(static_cast<std::size_t>(end - next), (window_bits - count) / 8);
    if (loadable > 0) {
      window |= load_bytes(next, loadable) >> count;
      next += loadable;
      count += static_cast<unsigned>(loadable) * 8;
    }
    const Step step = steps[window >> (window_bits - step_bits)];
    if (step.count > 0 && step.bits <= count) {
      std::memcpy(out, step.characters.data(), 2);
      out += step.count;
      window <<= step.bits;
      count -= step.bits;
      continue;
    }
    LongCode code{step.characters[0], code_lengths[step.characters[0]]};
    if (step.count == 0) {
      code = find_long_code(window);
      if (code.length == 0) return nullptr;
    }
    if (code.length > count) break;
    *out++ = static_cast<char>(code.character);
    window <<= code.length;
    count -= code.length;
  }
  bits_ = count == 0 ? 0 : static_cast<std::uint32_t>(window >> (window_bits - count));
  count_ = count;
  if (!is_end) return out;
  // Fewer than eight bits, the first ones of the end's code, fill the last byte.
  return count_ < 8 && bits_ == (1u << count_) - 1 ? out : nullptr;
}

}  // namespace usquic::http3::qpack
