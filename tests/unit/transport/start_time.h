// When a test's virtual time begins.
#pragma once

#include <chrono>

#include "base/time.h"

namespace usquic::transport {

inline constexpr TimePoint start_time{std::chrono::seconds(1000)};

}  // namespace usquic::transport
