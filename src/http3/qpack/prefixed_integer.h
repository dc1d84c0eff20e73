// Integers of QPACK (RFC 9204 section 4.1.1, RFC 7541 section 5.1): they begin in the low bits of a byte, and
// go on in groups of seven bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace usquic::http3::qpack {

// What put_integer() writes at most.
constexpr std::size_t max_integer_bytes = 11;

// `flags` stand above the `bits` of the first byte that the number begins in.
inline std::uint8_t* put_integer(std::uint64_t value, unsigned bits, unsigned flags, std::uint8_t* out) {
  const std::uint64_t most = (1u << bits) - 1;
  if (value < most) {
    *out++ = static_cast<std::uint8_t>(flags | value);
    return out;
  }
  *out++ = static_cast<std::uint8_t>(flags | most);
  for (value -= most; value >= 0x80; value >>= 7) *out++ = static_cast<std::uint8_t>(0x80 | (value & 0x7f));
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

// Reads one number, in as many pieces as it comes in.
class IntegerReader {
 public:
  enum class Progress : std::uint8_t { more, done, too_large };

  // The first byte, of which `bits` belong to the number.
  Progress begin(std::uint8_t byte, unsigned bits) {
    const unsigned most = (1u << bits) - 1;
    value_ = byte & most;
    shift_ = 0;
    return value_ < most ? Progress::done : Progress::more;
  }
  // What follows; takes the bytes that it used off `data`.
  Progress read(Bytes& data) {
    while (!data.empty()) {
      const std::uint8_t byte = data.front();
      data = data.subspan(1);
      // Of 62 bits, as QUIC's own (RFC 9204 section 4.1.1). Zeros that only make it longer end as well.
      if (shift_ > max_shift) return Progress::too_large;
      value_ += static_cast<std::uint64_t>(byte & 0x7f) << shift_;
      shift_ += 7;
      if (value_ > max_value) return Progress::too_large;
      if ((byte & 0x80) == 0) return Progress::done;
    }
    return Progress::more;
  }
  std::uint64_t value() const { return value_; }

 private:
  static constexpr std::uint64_t max_value = (std::uint64_t{1} << 62) - 1;
  static constexpr unsigned max_shift = 56;

  std::uint64_t value_ = 0;
  unsigned shift_ = 0;
};

}  // namespace usquic::http3::qpack
