#include "crypto/hkdf.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace usquic::crypto {

bool hkdf_expand_label(MutableBytes to, Hash hash, Bytes secret, std::string_view label, Bytes context) {
  constexpr std::string_view prefix = "tls13 ";
  CHECK(label.size() <= max_hkdf_label && to.size() <= UINT16_MAX && context.size() <= max_hash_bytes);
  std::array<std::uint8_t, 2 + 1 + prefix.size() + max_hkdf_label + 1 + max_hash_bytes> info;
  info[0] = static_cast<std::uint8_t>(to.size() >> 8);
  info[1] = static_cast<std::uint8_t>(to.size());
  info[2] = static_cast<std::uint8_t>(prefix.size() + label.size());
  auto end = std::ranges::copy(prefix, info.begin() + 3).out;
  end = std::ranges::copy(label, end).out;
  *end++ = static_cast<std::uint8_t>(context.size());
  end = std::ranges::copy(context, end).out;
  return hkdf_expand(to, hash, secret, Bytes(info).first(static_cast<std::size_t>(end - info.begin())));
}

}  // namespace usquic::crypto
