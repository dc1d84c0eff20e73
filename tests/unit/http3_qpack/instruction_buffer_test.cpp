#include "http3/qpack/instruction_buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "base/bytes.h"

namespace usquic::http3::qpack {
namespace {

TEST(InstructionBuffer, GivesBackWhatWasPutIn) {
  BlockPool pool;
  InstructionBuffer buffer(pool);
  std::mt19937 random(3);
  std::string put, taken;
  for (int i = 0; i < 2000; ++i) {
    if (random() % 2 == 0) {
      const std::string bytes(1 + random() % 100, static_cast<char>('a' + i % 26));
      std::uint8_t* out = buffer.reserve(bytes.size() + 5);
      ASSERT_NE(out, nullptr);
      std::memcpy(out, bytes.data(), bytes.size());
      buffer.commit(out + bytes.size());
      put += bytes;
    } else {
      std::uint8_t room[150];
      const std::size_t wanted = random() % sizeof room;
      const std::size_t before = buffer.size();
      const std::size_t count = buffer.take({room, wanted});
      EXPECT_EQ(count, std::min(wanted, before));
      taken += as_text({room, count});
    }
    ASSERT_EQ(buffer.size(), put.size() - taken.size());
  }
  while (buffer.size() > 0) {
    std::uint8_t room[7];
    taken += as_text({room, buffer.take(room)});
  }
  EXPECT_EQ(taken, put);
}

}  // namespace
}  // namespace usquic::http3::qpack
