// Small changes to bytes, chosen by the input.
#pragma once

#include <algorithm>

#include "input.h"

namespace usquic::fuzz {

// At most `most` changes. Bytes: a vector or string.
template <class ByteString>
void change(Input& input, ByteString& bytes, std::size_t most = 3) {
  using Byte = typename ByteString::value_type;
  for (std::size_t i = input.pick(most + 1); i > 0 && !bytes.empty(); --i) {
    // Headers are where most is decided.
    const std::size_t range = input.flag() ? std::min<std::size_t>(bytes.size(), 64) : bytes.size();
    const std::size_t at = input.integer(2) % range;
    switch (input.pick(4)) {
      case 0:
        bytes[at] = static_cast<Byte>(bytes[at] ^ input.byte());
        break;
      case 1:
        bytes[at] = static_cast<Byte>(input.byte());
        break;
      case 2:
        bytes.resize(at);
        break;
      default: {
        const std::string_view more = input.text();
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
      }
    }
  }
}

}  // namespace usquic::fuzz
