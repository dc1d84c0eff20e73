#include "http3/qpack/prefixed_integer.h"

#include <gtest/gtest.h>

#include <array>

#include "fields.h"

namespace usquic::http3::qpack {
namespace {

using Progress = IntegerReader::Progress;

std::string written(std::uint64_t value, unsigned bits, unsigned flags) {
  std::array<std::uint8_t, max_integer_bytes> room;
  return hex(as_text({room.data(), put_integer(value, bits, flags, room.data())}));
}

Progress read(IntegerReader& reader, std::string_view digits, unsigned bits) {
  const std::string bytes = from_hex(digits);
  Progress progress = reader.begin(static_cast<std::uint8_t>(bytes[0]), bits);
  // One byte at a time.
  for (std::size_t i = 1; i < bytes.size() && progress == Progress::more; ++i) {
    Bytes rest = as_bytes(bytes).subspan(i, 1);
    progress = reader.read(rest);
    EXPECT_TRUE(rest.empty());
  }
  return progress;
}

// RFC 7541 appendix C.1.
TEST(PrefixedInteger, IsAsInTheExamplesOfTheRfc) {
  EXPECT_EQ(written(10, 5, 0), "0a");
  EXPECT_EQ(written(1337, 5, 0), "1f9a0a");
  EXPECT_EQ(written(42, 8, 0), "2a");
  EXPECT_EQ(written(10, 5, 0x40), "4a");
  EXPECT_EQ(written(31, 5, 0xe0), "ff00");
}

TEST(PrefixedInteger, IsReadAsItWasWritten) {
  constexpr std::uint64_t largest = (std::uint64_t{1} << 62) - 1;
  for (unsigned bits = 3; bits <= 8; ++bits) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{6}, std::uint64_t{7}, std::uint64_t{8}, std::uint64_t{127},
          std::uint64_t{128}, std::uint64_t{255}, std::uint64_t{100000}, largest - 1, largest}) {
      IntegerReader reader;
      EXPECT_EQ(read(reader, written(value, bits, 0), bits), Progress::done) << value;
      EXPECT_EQ(reader.value(), value);
    }
    IntegerReader reader;
    EXPECT_EQ(read(reader, written(largest + 1, bits, 0), bits), Progress::too_large);
    EXPECT_EQ(read(reader, written(UINT64_MAX, bits, 0), bits), Progress::too_large);
  }
}

TEST(PrefixedInteger, DoesNotGoOnForEver) {
  IntegerReader reader;
  EXPECT_EQ(read(reader, "ff 80", 8), Progress::more);
  EXPECT_EQ(read(reader, "ff 8080 8080 8080 8080 8080 80", 8), Progress::too_large);
}

}  // namespace
}  // namespace usquic::http3::qpack
