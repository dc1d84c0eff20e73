#include "transport/handshake_counts.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

HandshakeCounts::Key key(std::string_view ip, std::uint16_t port = 1) {
  return HandshakeCounts::key_of(*Address::parse(ip, port));
}

TEST(HandshakeCounts, TakeAnIpv4AddressForASender) {
  EXPECT_EQ(key("192.0.2.1", 1), key("192.0.2.1", 65535));
  EXPECT_EQ(key("192.0.2.1"), key("::ffff:192.0.2.1"));
  EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
}

TEST(HandshakeCounts, TakeTheFirstHalfOfAnIpv6AddressForASender) {
  EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
  EXPECT_NE(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
  EXPECT_NE(key("::"), key("0.0.0.0"));
}

TEST(HandshakeCounts, KeepNothingOfWhoHasNone) {
  HandshakeCounts counts{RandomSource()};
  counts.add(key("192.0.2.1"));
  counts.add(key("192.0.2.1", 2));
  counts.add(key("192.0.2.2"));
  EXPECT_EQ(counts.of(key("192.0.2.1")), 2u);
  counts.remove(key("192.0.2.1"));
  counts.remove(key("192.0.2.2"));
  EXPECT_EQ(counts.of(key("192.0.2.1")), 1u);
  EXPECT_EQ(counts.addresses(), 1u);
  counts.remove(key("192.0.2.2"));
  EXPECT_EQ(counts.of(key("192.0.2.2")), 0u);
}

}  // namespace
}  // namespace usquic::transport
