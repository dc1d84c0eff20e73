#include "base/varint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace usquic {
namespace {

struct Example {
  std::uint64_t value;
  std::vector<std::uint8_t> bytes;
};

// RFC 9000 appendix A.1, and the bounds of every length.
const std::vector<Example> examples = {
    {0, {0x00}},
    {37, {0x25}},
    {63, {0x3f}},
    {64, {0x40, 0x40}},
    {15293, {0x7b, 0xbd}},
    {16383, {0x7f, 0xff}},
    {16384, {0x80, 0x00, 0x40, 0x00}},
    {494878333, {0x9d, 0x7f, 0x3e, 0x7d}},
    {1073741823, {0xbf, 0xff, 0xff, 0xff}},
    {1073741824, {0xc0, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00}},
    {151288809941952652, {0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c}},
    {max_varint, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
};

TEST(TakeVarint, TakesOneIntegerOffTheFront) {
  for (const Example& e : examples) {
    std::vector<std::uint8_t> wire = e.bytes;
    wire.push_back(0xab);
    Bytes data(wire);
    std::uint64_t value = 1;
    ASSERT_TRUE(take_varint(data, value)) << e.value;
    EXPECT_EQ(value, e.value);
    ASSERT_EQ(data.size(), 1u);
    EXPECT_EQ(data[0], 0xab);
  }
}

TEST(TakeVarint, TakesNothingOfAnIncompleteOne) {
  for (const Example& e : examples) {
    for (std::size_t length = 0; length < e.bytes.size(); ++length) {
      Bytes data(e.bytes.data(), length);
      std::uint64_t value = 1;
      EXPECT_FALSE(take_varint(data, value));
      EXPECT_EQ(data.size(), length);
    }
  }
}

TEST(TakeVarint, ReadsEncodingsThatAreLongerThanNeeded) {
  const std::vector<std::uint8_t> wire = {0x40, 0x25};  // RFC 9000 appendix A.1
  Bytes data(wire);
  std::uint64_t value = 0;
  ASSERT_TRUE(take_varint(data, value));
  EXPECT_EQ(value, 37u);
}

TEST(PutVarint, WritesTheShortestEncoding) {
  for (const Example& e : examples) {
    std::array<std::uint8_t, max_varint_bytes> out{};
    const std::uint8_t* end = put_varint(e.value, out.data());
    EXPECT_EQ(std::vector<std::uint8_t>(std::as_const(out).data(), end), e.bytes) << e.value;
    EXPECT_EQ(shortest_varint(e.value), e.bytes.size()) << e.value;
    EXPECT_EQ(varint_length(e.bytes[0]), e.bytes.size()) << e.value;
  }
}

TEST(AppendLongestVarint, TakesEightBytesForEveryValue) {
  for (const Example& e : examples) {
    std::vector<std::uint8_t> out = {0xab};
    append_longest_varint(out, e.value);
    ASSERT_EQ(out.size(), 1 + max_varint_bytes);
    EXPECT_EQ(out[0], 0xab);
    Bytes data = Bytes(out).subspan(1);
    std::uint64_t value = 1;
    ASSERT_TRUE(take_varint(data, value));
    EXPECT_EQ(value, e.value);
    EXPECT_TRUE(data.empty());
  }
}

TEST(VarintReader, ReadsIntegersInPiecesOfAnySize) {
  std::vector<std::uint8_t> wire;
  for (const Example& e : examples) wire.insert(wire.end(), e.bytes.begin(), e.bytes.end());
  for (std::size_t piece_bytes = 1; piece_bytes <= wire.size(); ++piece_bytes) {
    VarintReader reader;
    std::vector<std::uint64_t> values;
    for (std::size_t at = 0; at < wire.size(); at += piece_bytes) {
      Bytes piece = Bytes(wire).subspan(at, std::min(piece_bytes, wire.size() - at));
      while (reader.read(piece)) values.push_back(reader.value());
      EXPECT_TRUE(piece.empty());
    }
    EXPECT_FALSE(reader.is_incomplete());
    ASSERT_EQ(values.size(), examples.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], examples[i].value);
  }
}

TEST(VarintReader, IsIncompleteBetweenTheFirstByteAndTheLast) {
  VarintReader reader;
  EXPECT_FALSE(reader.is_incomplete());
  const std::vector<std::uint8_t> wire = {0x7b, 0xbd};
  Bytes first(wire.data(), 1);
  EXPECT_FALSE(reader.read(first));
  EXPECT_TRUE(reader.is_incomplete());
  Bytes second(wire.data() + 1, 1);
  EXPECT_TRUE(reader.read(second));
  EXPECT_FALSE(reader.is_incomplete());
}

}  // namespace
}  // namespace usquic
