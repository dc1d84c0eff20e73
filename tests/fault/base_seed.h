// The seed of faults. Others: --gtest_random_seed=N.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

namespace usquic::test {

inline std::uint64_t base_seed() {
  return static_cast<std::uint64_t>(GTEST_FLAG_GET(random_seed));
}

}  // namespace usquic::test
