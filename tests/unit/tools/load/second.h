// The unit of times in tests of the load generator.
#pragma once

#include <cstdint>

namespace usquic::tools::load {

inline constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace usquic::tools::load
