#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace {

using usquic::RandomSource;

TEST(RandomSource, OfTheSystemFillsAllBytesAndDoesNotRepeat) {
  const RandomSource random;
  std::array<std::uint8_t, 32> first{}, second{};
  random.fill(first);
  random.fill(second);
  EXPECT_NE(first, second);
  // More than one getrandom() gives at once; some nonzero byte in each part.
  std::vector<std::uint8_t> large(1 << 20);
  random.fill(large);
  for (std::size_t part = 0; part < large.size(); part += 4096) {
    EXPECT_TRUE(std::any_of(large.begin() + static_cast<std::ptrdiff_t>(part),
                            large.begin() + static_cast<std::ptrdiff_t>(part + 4096),
                            [](std::uint8_t byte) { return byte != 0; }));
  }
  random.fill({});
}

TEST(RandomSource, OfTheCallerIsTheOnlyOneAsked) {
  std::uint8_t next = 0;
  const RandomSource random(
      [](void* user, std::uint8_t* data, std::size_t length) {
        auto& value = *static_cast<std::uint8_t*>(user);
        for (std::size_t i = 0; i < length; ++i) data[i] = value++;
      },
      &next);
  std::array<std::uint8_t, 3> bytes{};
  random.fill(bytes);
  random.fill(bytes);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 3>{3, 4, 5}));
}

}  // namespace
