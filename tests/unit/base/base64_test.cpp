#include "base/base64.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace usquic {
namespace {

TEST(Base64, HasTheVectorsOfItsSpecification) {
  // RFC 4648 section 10.
  constexpr std::array<std::array<std::string_view, 2>, 7> vectors = {{{"", ""},
                                                                       {"f", "Zg=="},
                                                                       {"fo", "Zm8="},
                                                                       {"foo", "Zm9v"},
                                                                       {"foob", "Zm9vYg=="},
                                                                       {"fooba", "Zm9vYmE="},
                                                                       {"foobar", "Zm9vYmFy"}}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, KeepsEveryByteOfAnyLength) {
  std::mt19937 random(1);
  for (std::size_t length = 0; length < 300; ++length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const auto back = from_base64(to_base64(as_bytes(bytes)));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(as_text(*back), bytes);
  }
}

TEST(Base64, ReadsTextInLines) {
  const auto read = from_base64(" Zm9v\r\n\tYmFy\n");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(as_text(*read), "foobar");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const std::string_view text : {"Zm9", "Zm9v=", "Zg==Zg==", "Zm9*", "Z===", "===="}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace usquic
