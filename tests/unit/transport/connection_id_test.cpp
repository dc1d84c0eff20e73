#include "transport/connection_id.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(ConnectionIdValue, HoldsUpToTwentyBytes) {
  std::uint8_t bytes[ConnectionId::max_bytes];
  for (std::uint8_t i = 0; i < sizeof(bytes); ++i) bytes[i] = i;
  for (std::size_t length = 0; length <= sizeof(bytes); ++length) {
    const ConnectionId id(Bytes(bytes, length));
    EXPECT_EQ(id.size(), length);
    EXPECT_EQ(id.empty(), length == 0);
    EXPECT_EQ(as_text(id.bytes()), as_text({bytes, length}));
  }
}

TEST(ConnectionIdValue, ComparesLengthAndBytes) {
  const std::uint8_t zeros[4] = {};
  const std::uint8_t other[4] = {0, 0, 0, 1};
  EXPECT_EQ(ConnectionId(), ConnectionId(Bytes()));
  EXPECT_EQ(ConnectionId(zeros), ConnectionId(zeros));
  EXPECT_NE(ConnectionId(zeros), ConnectionId(other));
  EXPECT_NE(ConnectionId(zeros), ConnectionId(Bytes(zeros, 3)));
}

}  // namespace
}  // namespace usquic::transport
