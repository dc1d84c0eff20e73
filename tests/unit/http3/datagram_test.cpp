#include "http3/datagram.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::http3 {
namespace {

using Octets = std::vector<std::uint8_t>;

TEST(StreamDatagram, BeginsWithAQuarterOfTheStreamId) {
  StreamDatagram datagram;
  const Octets data = {0x40, 0x64, 'a', 'b'};
  ASSERT_EQ(read_stream_datagram(data, datagram), ConnectionError::none);
  EXPECT_EQ(datagram.stream_id, 400);
  EXPECT_EQ(as_text(datagram.payload), "ab");
}

TEST(StreamDatagram, MayBeEmpty) {
  StreamDatagram datagram;
  ASSERT_EQ(read_stream_datagram(Octets{0x00}, datagram), ConnectionError::none);
  EXPECT_EQ(datagram.stream_id, 0);
  EXPECT_TRUE(datagram.payload.empty());
}

// RFC 9297 section 2.1.
TEST(StreamDatagram, ThatEndsInsideTheIdIsAnError) {
  StreamDatagram datagram;
  for (const Octets& data : {Octets{}, Octets{0x40}, Octets{0x80, 0, 0}, Octets{0xc0, 0, 0, 0, 0, 0, 0}}) {
    EXPECT_EQ(read_stream_datagram(data, datagram), ConnectionError::datagram_error);
  }
}

TEST(StreamDatagram, OfAStreamAboveTheLargestIsAnError) {
  StreamDatagram datagram;
  const Octets largest = {0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  ASSERT_EQ(read_stream_datagram(largest, datagram), ConnectionError::none);
  EXPECT_EQ(datagram.stream_id, static_cast<std::int64_t>(max_varint - 3));
  const Octets above = {0xd0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(read_stream_datagram(above, datagram), ConnectionError::datagram_error);
}

TEST(DatagramHead, IsReadAsItWasWritten) {
  for (const std::int64_t id : {0LL, 4LL, 252LL, 256LL, 1LL << 32, static_cast<long long>(max_varint - 3)}) {
    const DatagramHead head(id);
    StreamDatagram datagram;
    ASSERT_EQ(read_stream_datagram(head.bytes(), datagram), ConnectionError::none);
    EXPECT_EQ(datagram.stream_id, id);
    EXPECT_TRUE(datagram.payload.empty());
  }
}

}  // namespace
}  // namespace usquic::http3
