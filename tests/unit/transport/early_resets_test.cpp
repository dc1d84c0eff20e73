#include "transport/early_resets.h"

#include <gtest/gtest.h>

#include <string>

namespace usquic::transport {
namespace {

const std::string two_packets = "long-header-packet short-header-packet";

// What a key is given of the datagram's last packet: all behind its header.
Bytes sealed(Bytes read) {
  return read.subspan(30);
}

TEST(EarlyResets, HoldsBackTheLastPacketOfADatagramOnce) {
  EarlyResets resets;
  resets.begin(as_bytes(two_packets), true);
  EXPECT_TRUE(resets.can_hold(sealed(as_bytes(two_packets))));
  EXPECT_TRUE(resets.front(sealed(as_bytes(two_packets))).empty());
  EXPECT_FALSE(resets.can_hold(as_bytes(two_packets).first(20))) << "a packet in front of it";
  EXPECT_FALSE(resets.can_hold(as_bytes("one that was kept from before"))) << "not of this datagram";
  EXPECT_FALSE(resets.is_held());
  resets.hold();
  EXPECT_TRUE(resets.is_held());
  const std::int64_t streams[] = {2};
  const Bytes again = resets.again(as_bytes(two_packets), streams);
  EXPECT_FALSE(resets.is_held());
  EXPECT_FALSE(resets.can_hold(sealed(again)));
}

TEST(EarlyResets, PutsAnEmptyStreamFrameForEachStreamInFront) {
  EarlyResets resets;
  resets.begin(as_bytes(two_packets), true);
  resets.hold();
  const std::int64_t streams[] = {2, 0x3abcdef012345672};
  const Bytes again = resets.again(as_bytes(two_packets), streams);
  const std::string frames("\x0a\xc0\0\0\0\0\0\0\x02\0\x0a\xfa\xbc\xde\xf0\x12\x34\x56\x72\0", 20);
  ASSERT_EQ(again.size(), two_packets.size() + frames.size());
  EXPECT_EQ(as_text(again.first(two_packets.size())), two_packets);
  EXPECT_EQ(as_text(resets.front(sealed(again))), frames);
  EXPECT_TRUE(resets.front(again.first(20)).empty());
}

TEST(EarlyResets, ForgetsADatagramThatWasRead) {
  EarlyResets resets;
  resets.begin(as_bytes(two_packets), true);
  resets.hold();
  const std::int64_t streams[] = {2};
  resets.again(as_bytes(two_packets), streams);
  resets.end();
  resets.begin(as_bytes(two_packets), false);
  EXPECT_FALSE(resets.is_held());
  EXPECT_FALSE(resets.can_hold(sealed(as_bytes(two_packets)))) << "to be read as it is";
  resets.begin(as_bytes(two_packets), true);
  EXPECT_TRUE(resets.can_hold(sealed(as_bytes(two_packets))));
  EXPECT_TRUE(resets.front(sealed(as_bytes(two_packets))).empty());
}

}  // namespace
}  // namespace usquic::transport
