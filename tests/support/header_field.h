// A header field of the C interface over text that outlives it.
#pragma once

#include <string_view>

#include "usquic/quic.h"

namespace usquic::test {

inline us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

}  // namespace usquic::test
