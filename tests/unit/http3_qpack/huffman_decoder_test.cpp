#include "http3/qpack/huffman_decoder.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fields.h"
#include "http3/qpack/huffman_code.h"

namespace usquic::http3::qpack {
namespace {

std::string encoded(std::string_view text) {
  std::vector<std::uint8_t> bytes(huffman_length(text) + 8);
  return std::string(as_text({bytes.data(), huffman_encode(text, bytes.data())}));
}

// The text of a code that comes in pieces of so many bytes; nothing for an invalid one.
std::optional<std::string> decoded(std::string_view code, std::size_t piece = SIZE_MAX) {
  HuffmanDecoder decoder;
  std::string text;
  do {
    const std::string_view part = code.substr(0, piece);
    code.remove_prefix(part.size());
    std::vector<char> room(decoder.max_decoded(part.size()));
    const char* end = decoder.decode(as_bytes(part), code.empty(), room.data());
    if (end == nullptr) return std::nullopt;
    text.append(room.data(), static_cast<std::size_t>(end - room.data()));
  } while (!code.empty());
  return text;
}

TEST(HuffmanDecoder, ReadsTheExamplesOfRfc7541) {
  EXPECT_EQ(decoded(from_hex("f1e3 c2e5 f23a 6ba0 ab90 f4ff")), "www.example.com");
  EXPECT_EQ(decoded(from_hex("a8eb 1064 9cbf")), "no-cache");
  EXPECT_EQ(decoded(from_hex("9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3")), "https://www.example.com");
  EXPECT_EQ(decoded(""), "");
}

TEST(HuffmanDecoder, ReadsEveryCharacterInAnyPieces) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string twice = all + "a" + all;
  for (std::size_t piece = 1; piece < 40; ++piece) EXPECT_EQ(decoded(encoded(twice), piece), twice) << piece;
  for (const char c : all) {
    for (std::size_t count = 1; count < 12; ++count) {
      const std::string text(count, c);
      EXPECT_EQ(decoded(encoded(text)), text);
    }
  }
}

TEST(HuffmanDecoder, ReadsRandomTexts) {
  std::mt19937 random(1);
  constexpr std::string_view usual = "abcdefghijklmnopqrstuvwxyz0123456789 -_/.:;=%";
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (std::size_t length = random() % 60; text.size() < length;) {
      text += random() % 8 == 0 ? static_cast<char>(random()) : usual[random() % usual.size()];
    }
    EXPECT_EQ(decoded(encoded(text), 1 + random() % 20), text);
  }
}

TEST(HuffmanDecoder, WritesNoMoreThanTheRoomItAskedFor) {
  for (std::size_t length = 0; length < 64; ++length) {
    const std::string text(length, 'a');  // the shortest code
    const std::string code = encoded(text);
    HuffmanDecoder decoder;
    std::vector<char> room(decoder.max_decoded(code.size()) + 1, '!');
    EXPECT_NE(decoder.decode(as_bytes(code), true, room.data()), nullptr);
    EXPECT_EQ(room.back(), '!');
    EXPECT_LE(HuffmanDecoder::min_decoded(code.size()), length);
  }
}

// RFC 7541 section 5.2.
TEST(HuffmanDecoder, RefusesTheCodeOfTheEnd) {
  EXPECT_EQ(decoded(from_hex("ffffffff")), std::nullopt);
  EXPECT_EQ(decoded(from_hex("ffffffff ffffffff")), std::nullopt);
  EXPECT_EQ(decoded(encoded("a bc d") + from_hex("ffffffff"), 1), std::nullopt);
  // The end's code, then an 'a'.
  EXPECT_EQ(decoded(from_hex("fffffffc 7f")), std::nullopt);
}

TEST(HuffmanDecoder, RefusesWrongPadding) {
  EXPECT_EQ(decoded(from_hex("1f")), "a");
  EXPECT_EQ(decoded(from_hex("1e")), std::nullopt);  // no ones
  EXPECT_EQ(decoded(from_hex("18")), std::nullopt);
  EXPECT_EQ(decoded(from_hex("1fff")), std::nullopt);  // more than seven bits
  EXPECT_EQ(decoded(from_hex("ff")), std::nullopt);
  EXPECT_EQ(decoded(from_hex("ffff")), std::nullopt);
  EXPECT_EQ(decoded(from_hex("fffffe")), std::nullopt);  // a code that is not complete
}

}  // namespace
}  // namespace usquic::http3::qpack
