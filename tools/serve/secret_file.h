// The secret that a server keeps over its restarts, so that it can tell clients of the one before that their
// connections are gone (RFC 9000 section 10.3), and resume their sessions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "failure.h"

namespace usquic::tools::serve {

using Secret = std::array<std::uint8_t, 32>;

// Reads the file; makes it, for its owner alone, when it is not there.
std::optional<Secret> obtain_secret(const std::string& file, Failure& failure);

}  // namespace usquic::tools::serve
