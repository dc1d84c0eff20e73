#include "transport/reset_tokens.h"

#include <gtest/gtest.h>

#include "nowhere.h"

namespace usquic::transport {
namespace {

TEST(ResetTokenTable, FindsTheEndOfADatagram) {
  ResetTokenTable table{RandomSource()};
  Nowhere a;
  Nowhere b;
  std::uint8_t datagram[40] = {};
  for (std::uint8_t i = 0; i < 40; ++i) datagram[i] = i;
  table.insert(datagram + 24, a);
  EXPECT_EQ(table.find(datagram), &a);
  EXPECT_EQ(table.find(Bytes(datagram, 39)), nullptr);
  EXPECT_EQ(table.find(Bytes(datagram + 20, 20)), nullptr);  // shorter than any reset
  table.insert(datagram + 24, b);
  table.erase(datagram + 24, a);
  EXPECT_EQ(table.find(datagram), &b);
  table.erase(datagram + 24, b);
  EXPECT_EQ(table.find(datagram), nullptr);
}

}  // namespace
}  // namespace usquic::transport
