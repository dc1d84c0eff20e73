// base64 (RFC 4648 section 4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace usquic {

std::string to_base64(Bytes bytes);
// Line breaks and blanks are left out. Nothing: another character, or a length that no text has.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace usquic
