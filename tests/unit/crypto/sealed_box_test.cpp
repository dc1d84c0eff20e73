#include "crypto/sealed_box.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::crypto {
namespace {

using Box = std::vector<std::uint8_t>;

constexpr std::uint8_t secret[32] = {1, 2, 3};
constexpr std::uint8_t other_secret[32] = {1, 2, 4};

Box seal(std::string_view text) {
  Box box(text.size() + sealed_box_overhead);
  EXPECT_TRUE(seal_box(box, secret, "purpose", as_bytes(text), as_bytes("with")));
  return box;
}

bool opens(const Box& box, Bytes key = secret, std::string_view purpose = "purpose",
           std::string_view associated = "with") {
  std::vector<std::uint8_t> text(4);
  return open_box(text, key, purpose, box, as_bytes(associated)) && as_text(text) == "text";
}

TEST(SealedBox, OpensForTheSameSecretPurposeAndDataAlone) {
  const Box box = seal("text");
  EXPECT_TRUE(opens(box));
  EXPECT_FALSE(opens(box, other_secret));
  EXPECT_FALSE(opens(box, secret, "another"));
  EXPECT_FALSE(opens(box, secret, "purpose", "without"));
}

TEST(SealedBox, IsRefusedForAnyChange) {
  Box box = seal("text");
  for (std::uint8_t& byte : box) {
    byte ^= 1;
    EXPECT_FALSE(opens(box));
    byte ^= 1;
  }
  box.push_back(0);
  EXPECT_FALSE(opens(box));
  EXPECT_FALSE(opens({}));
  EXPECT_FALSE(opens(seal("longer text")));
}

TEST(SealedBox, DiffersEachTime) {
  EXPECT_NE(seal("text"), seal("text"));
}

}  // namespace
}  // namespace usquic::crypto
