#include "transport/frame_scan.h"

#include <gtest/gtest.h>

#include <random>

#include "support/wire.h"

namespace usquic::transport {
namespace {

using test::wire_varint;

std::string frame(std::uint8_t type, std::initializer_list<std::uint64_t> integers,
                  std::string_view rest = {}) {
  std::string bytes(1, static_cast<char>(type));
  for (const std::uint64_t integer : integers) bytes += wire_varint(integer);
  return bytes.append(rest);
}

FrameScan scan(std::string_view payload) {
  FrameScan made;
  made.read(as_bytes(payload));
  return made;
}

const std::string stop_sending = frame(0x05, {4, 0x10c});
const std::string challenge = frame(0x1a, {}, "12345678");

TEST(FrameScan, FindsStopSendingBehindEveryOtherFrame) {
  const std::string id(8, 'i');
  const std::string token(16, 't');
  const std::string frames[] = {
      std::string(5, '\0'),
      frame(0x01, {}),
      frame(0x02, {70000, 20, 2, 1, 3, 4, 5, 6}),
      frame(0x03, {7, 0, 0, 1, 9, 10, 11}),
      frame(0x04, {8, 0x10c, 70000}),
      frame(0x06, {0, 3}, "abc"),
      frame(0x07, {3}, "abc"),
      frame(0x0a, {4, 3}, "abc"),
      frame(0x0e, {4, 5000, 3}, "abc"),
      frame(0x0b, {4, 0}),
      frame(0x10, {1 << 30}),
      frame(0x11, {4, 1 << 20}),
      frame(0x12, {100}),
      frame(0x13, {100}),
      frame(0x14, {100}),
      frame(0x15, {4, 100}),
      frame(0x16, {100}),
      frame(0x17, {100}),
      frame(0x18, {3, 1}, "\x08" + id + token),
      frame(0x19, {1}),
      challenge,
      frame(0x1b, {}, "12345678"),
      frame(0x1e, {}),
      frame(0x31, {3}, "abc"),
  };
  for (const std::string& before : frames) {
    SCOPED_TRACE(static_cast<int>(before[0]));
    const FrameScan found = scan(before + stop_sending);
    ASSERT_EQ(found.stops().size(), 1u);
    EXPECT_EQ(found.stops()[0].stream, 4);
    EXPECT_EQ(found.stops()[0].code, 0x10cu);
  }
}

TEST(FrameScan, CountsFramesThatCostUsMoreThanTheirSender) {
  const std::string counted = challenge + frame(0x18, {3, 1}, "\x04iiii" + std::string(16, 't')) +
                              frame(0x19, {0}) + frame(0x0a, {8, 0}) + frame(0x0e, {8, 70, 0});
  EXPECT_EQ(scan(counted).control_frames(), 5u);
  // An empty STREAM frame to the end of the packet.
  EXPECT_EQ(scan(counted + frame(0x08, {8})).control_frames(), 6u);
}

TEST(FrameScan, TellsWhichPacketsAreAcknowledged) {
  const auto ranges = [](const std::string& payload) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    const FrameScan made = scan(payload);
    for (const AckRange& r : made.ack_ranges()) found.emplace_back(r.smallest, r.largest);
    return found;
  };
  using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(ranges(frame(0x02, {9, 20, 0, 9})), (Ranges{{0, 9}}));
  EXPECT_EQ(ranges(frame(0x03, {100, 20, 2, 1, 0, 3, 4, 5, 7, 8, 9})),
            (Ranges{{99, 100}, {94, 97}, {83, 88}}));
  EXPECT_EQ(ranges(frame(0x02, {9, 20, 0, 9}) + frame(0x02, {12, 20, 0, 1})), (Ranges{{11, 12}}));
  EXPECT_EQ(ranges(challenge), Ranges{});
  // Below zero; ngtcp2 closes the connection for it.
  EXPECT_TRUE(scan(frame(0x02, {5, 0, 0, 6}) + stop_sending).stops().empty());
  EXPECT_TRUE(scan(frame(0x02, {5, 0, 1, 1, 3, 0}) + stop_sending).stops().empty());
  std::string many = frame(0x02, {1000, 0, 200, 0});
  for (int i = 0; i < 200; ++i) many += wire_varint(0) + wire_varint(0);
  EXPECT_EQ(ranges(many + stop_sending).size(), FrameScan::max_ack_ranges);
  EXPECT_EQ(scan(many + stop_sending).stops().size(), 1u);
}

TEST(FrameScan, DoesNotCountTheEndOfAStreamNorData) {
  EXPECT_TRUE(scan(frame(0x0b, {8, 0}) + frame(0x09, {8})).is_empty());
  EXPECT_TRUE(scan(frame(0x0a, {8, 1}, "a") + frame(0x08, {8}, "rest of the packet")).is_empty());
}

TEST(FrameScan, EndsAtWhatIsNotWellFormed) {
  for (const std::string& bad :
       {frame(0x1c, {0, 0, 0}), frame(0x20, {}), frame(0x3f, {}), std::string("\x40\x05", 2),
        frame(0x06, {0, 1000}, "abc"), frame(0x02, {7, 0, std::uint64_t{1} << 60, 0})}) {
    EXPECT_TRUE(scan(bad + stop_sending).stops().empty());
  }
}

TEST(FrameScan, FindsResetsOfUnidirectionalStreams) {
  const FrameScan found =
      scan(frame(0x04, {6, 0, 0}) + challenge + frame(0x04, {8, 0, 70000}) + frame(0x04, {1003, 9, 1}));
  ASSERT_EQ(found.resets().size(), 2u);
  EXPECT_EQ(found.resets()[0], 6);
  EXPECT_EQ(found.resets()[1], 1003);
  EXPECT_TRUE(scan(std::string("\x04\x06\x00", 3)).resets().empty()) << "cut off";
}

TEST(FrameScan, KeepsABoundedNumber) {
  std::string many;
  for (std::size_t i = 0; i < 3 * FrameScan::max_stops; ++i) many += frame(0x05, {4 * i, i});
  const FrameScan found = scan(many);
  ASSERT_EQ(found.stops().size(), FrameScan::max_stops);
  EXPECT_EQ(found.stops().back().stream, 4 * (static_cast<std::int64_t>(FrameScan::max_stops) - 1));
}

TEST(FrameScan, GathersPacketsUntilItIsCleared) {
  FrameScan found = scan(stop_sending);
  found.read(as_bytes(challenge));
  EXPECT_EQ(found.stops().size(), 1u);
  EXPECT_EQ(found.control_frames(), 1u);
  found.clear();
  EXPECT_TRUE(found.is_empty());
}

// What is read is in the packet: AddressSanitizer sees the rest.
TEST(FrameScan, StaysInThePacketWhateverItHolds) {
  std::mt19937 random(7);
  const std::string good = frame(0x02, {70000, 20, 2, 1, 3, 4, 5, 6}) + stop_sending + challenge +
                           frame(0x0e, {4, 5000, 3}, "abc");
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes(good.begin(), good.end());
    for (auto i = 1 + random() % 6; i > 0; --i)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    bytes.resize(random() % (bytes.size() + 1));
    bytes.shrink_to_fit();
    FrameScan made;
    made.read(bytes);
    EXPECT_LE(made.stops().size(), 3u + bytes.size());
  }
}

}  // namespace
}  // namespace usquic::transport
