// Capsules written and read by hand (RFC 9297 section 3.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/wire.h"

namespace usquic::test {

inline std::string capsule(std::uint64_t type, std::string_view value) {
  return wire_varint(type) + wire_varint(value.size()) + std::string(value);
}

// Types and values of those that are whole.
inline std::vector<std::pair<std::uint64_t, std::string>> capsules_in(std::string_view stream) {
  std::vector<std::pair<std::uint64_t, std::string>> capsules;
  for (WireReader in(stream); !in.at_end();) {
    const std::uint64_t type = in.varint();
    const std::string_view value = in.take(in.varint());
    if (in.is_bad()) break;
    capsules.emplace_back(type, value);
  }
  return capsules;
}

}  // namespace usquic::test
