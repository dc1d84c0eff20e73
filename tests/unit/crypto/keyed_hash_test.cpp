#include "crypto/keyed_hash.h"

#include <gtest/gtest.h>

namespace usquic::crypto {
namespace {

TEST(KeyedHash, GivesSipHashes) {
  // SipHash-1-3 of the bytes 0..n-1 under the key 0..15, as published with the algorithm.
  const KeyedHash hash(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
  EXPECT_EQ(hash({}), 0xabac0158050fc4dcULL);
  const std::uint8_t one[] = {0};
  EXPECT_EQ(hash(one), 0xc9f49bf37d57ca93ULL);
}

TEST(KeyedHash, DependsOnItsKey) {
  const std::uint8_t data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_NE(KeyedHash(1, 2)(data), KeyedHash(1, 3)(data));
}

}  // namespace
}  // namespace usquic::crypto
