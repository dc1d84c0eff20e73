#include "quic/group/newcomers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace usquic::quic {
namespace {

using namespace std::chrono_literals;

// A long header (RFC 8999 section 5.1) for this ID.
std::vector<std::uint8_t> packet_for(const std::string& id) {
  std::vector<std::uint8_t> packet = {0xc0, 0, 0, 0, 1, static_cast<std::uint8_t>(id.size())};
  packet.insert(packet.end(), id.begin(), id.end());
  packet.resize(1200);
  return packet;
}

class NewcomersOfTheFirst : public testing::Test {
 protected:
  NewcomersOfTheFirst() {
    loads.publish(0, 100, ports);
    loads.publish(1, 0, ports);
  }

  static constexpr std::uint64_t ports = 1;
  static constexpr TimePoint start = TimePoint{} + 1s;

  WorkerLoads loads{2};
  Newcomers newcomers{0, loads, 10s, RandomSource()};
};

TEST_F(NewcomersOfTheFirst, GoToTheOtherWithAllThatFollows) {
  EXPECT_EQ(newcomers.find(packet_for("a client")), std::nullopt);
  EXPECT_EQ(newcomers.place(packet_for("a client"), start), 1U);
  EXPECT_EQ(newcomers.find(packet_for("a client")), 1U);
  EXPECT_EQ(newcomers.find(packet_for("another1")), std::nullopt);
}

// Of a ClientHello of two datagrams the second must not go elsewhere, and is not another client.
TEST_F(NewcomersOfTheFirst, StayWithAllThatCameAtOnce) {
  loads.publish(0, 0, ports);
  EXPECT_EQ(newcomers.place(packet_for("a client"), start), 0U);
  loads.publish(0, 100, ports);
  EXPECT_EQ(newcomers.find(packet_for("a client")), 0U);
  newcomers.begin_batch();
  EXPECT_EQ(newcomers.find(packet_for("a client")), std::nullopt);
}

TEST_F(NewcomersOfTheFirst, StayAtEqualLoads) {
  loads.publish(1, 100, ports);
  EXPECT_EQ(newcomers.place(packet_for("a client"), start), 0U);
  newcomers.begin_batch();
  EXPECT_EQ(newcomers.find(packet_for("a client")), std::nullopt);
}

// As many stay as go: what is placed counts at once.
TEST_F(NewcomersOfTheFirst, AreShared) {
  loads.publish(0, 0, ports);
  loads.publish(1, 40, ports);
  std::vector<int> placed(2);
  for (int i = 0; i < 200; ++i) ++placed[newcomers.place(packet_for("client " + std::to_string(i)), start)];
  EXPECT_NEAR(placed[0], placed[1] + 40, 6);
}

TEST_F(NewcomersOfTheFirst, AreRememberedForAsLongAsAHandshakeMayLast) {
  newcomers.place(packet_for("a client"), start);
  newcomers.place(packet_for("another1"), start + 9s);
  EXPECT_EQ(newcomers.find(packet_for("a client")), 1U);
  newcomers.place(packet_for("another2"), start + 10s);
  EXPECT_EQ(newcomers.find(packet_for("a client")), std::nullopt);
  EXPECT_EQ(newcomers.find(packet_for("another1")), 1U);
}

TEST_F(NewcomersOfTheFirst, StayWhenTooManyAreRemembered) {
  loads.publish(0, 1'000'000, ports);
  for (std::size_t i = 0; i < Newcomers::max_remembered; ++i) {
    ASSERT_EQ(newcomers.place(packet_for("client " + std::to_string(i)), start), 1U);
  }
  EXPECT_EQ(newcomers.place(packet_for("one more"), start + 9s), 0U);
  EXPECT_EQ(newcomers.find(packet_for("client 0")), 1U);
  EXPECT_EQ(newcomers.place(packet_for("one more"), start + 10s), 1U);
}

TEST_F(NewcomersOfTheFirst, ArePacketsWithALongHeaderAlone) {
  newcomers.place(packet_for("a client"), start);
  std::vector<std::uint8_t> packet = packet_for("a client");
  packet[0] = 0x40;
  EXPECT_EQ(newcomers.find(packet), std::nullopt);
  packet[0] = 0xc0;
  for (std::size_t length = 0; length < 14; ++length) {
    EXPECT_EQ(newcomers.find(Bytes(packet).first(length)), std::nullopt) << length;
  }
  EXPECT_EQ(newcomers.find(Bytes(packet).first(14)), 1U);
}

}  // namespace
}  // namespace usquic::quic
