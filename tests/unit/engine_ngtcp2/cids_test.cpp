#include "engine/ngtcp2/cids.h"

#include <gtest/gtest.h>

namespace usquic::engine::ngtcp2 {
namespace {

TEST(Cids, GoThereAndBack) {
  std::uint8_t bytes[transport::ConnectionId::max_bytes];
  for (std::uint8_t i = 0; i < sizeof(bytes); ++i) bytes[i] = i;
  for (const std::size_t length : {0U, 1U, 8U, 20U}) {
    const transport::ConnectionId id(Bytes(bytes, length));
    const ngtcp2_cid cid = to_cid(id);
    EXPECT_EQ(as_text({cid.data, cid.datalen}), as_text(id.bytes()));
    EXPECT_EQ(from_cid(cid), id);
  }
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
