#include "transport/packet_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace usquic::transport {
using engine::Ecn;
using engine::Path;
using engine::SendBatch;
namespace {

// Keeps what was committed.
class KeepingBatch final : public SendBatch {
 public:
  struct Run {
    Path path;
    Ecn ecn;
    std::size_t segment;
    std::vector<std::uint8_t> bytes;
  };

  MutableBytes reserve(void* /*socket*/) override {
    if (reserves_left == 0) return {};
    --reserves_left;
    room_.assign(run_capacity, 0xee);
    return room_;
  }

  void commit(const Path& path, Ecn ecn, std::size_t length, std::size_t segment) override {
    runs.push_back(
        {path, ecn, segment, {room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(length)}});
    std::fill(room_.begin(), room_.end(), std::uint8_t{0xdd});
  }

  std::vector<Run> runs;
  int reserves_left = 1000;

 private:
  std::vector<std::uint8_t> room_;
};

class PacketRunTest : public ::testing::Test {
 protected:
  void add(PacketRun& run, std::size_t length, std::uint8_t mark, bool goes_alone = false, Ecn ecn = 0) {
    const MutableBytes room = run.room(1500);
    ASSERT_GE(room.size(), length);
    std::fill_n(room.begin(), length, mark);
    run.add(length, path_, ecn, goes_alone);
  }

  KeepingBatch batch_;
  HeldPacket held_;
  Path path_{*Address::parse("192.0.2.1", 1), *Address::parse("192.0.2.2", 2), nullptr};
};

TEST_F(PacketRunTest, CollectsEqualPackets) {
  {
    PacketRun run(batch_, nullptr, held_);
    for (std::uint8_t i = 0; i < 10; ++i) add(run, 1200, i);
    EXPECT_TRUE(batch_.runs.empty());
  }
  ASSERT_EQ(batch_.runs.size(), 1u);
  EXPECT_EQ(batch_.runs[0].bytes.size(), 12000u);
  EXPECT_EQ(batch_.runs[0].segment, 1200u);
  EXPECT_EQ(batch_.runs[0].bytes[1200 * 9], 9);
}

TEST_F(PacketRunTest, EndsWithASmallerPacket) {
  PacketRun run(batch_, nullptr, held_);
  add(run, 1200, 1);
  add(run, 300, 2);
  ASSERT_EQ(batch_.runs.size(), 1u);
  EXPECT_EQ(batch_.runs[0].bytes.size(), 1500u);
  add(run, 1200, 3);
  EXPECT_EQ(batch_.runs.size(), 1u);
}

TEST_F(PacketRunTest, BeginsANewRunForALargerPacket) {
  {
    PacketRun run(batch_, nullptr, held_);
    add(run, 1200, 1);
    add(run, 1300, 2);
    add(run, 1300, 3);
  }
  ASSERT_EQ(batch_.runs.size(), 2u);
  EXPECT_EQ(batch_.runs[0].bytes, std::vector<std::uint8_t>(1200, 1));
  EXPECT_EQ(batch_.runs[1].segment, 1300u);
  EXPECT_EQ(batch_.runs[1].bytes.size(), 2600u);
  EXPECT_EQ(batch_.runs[1].bytes[0], 2);
}

TEST_F(PacketRunTest, SendsAProbeAlone) {
  {
    PacketRun run(batch_, nullptr, held_);
    add(run, 1200, 1);
    add(run, 1452, 2, true);
    add(run, 1200, 3);
  }
  ASSERT_EQ(batch_.runs.size(), 3u);
  EXPECT_EQ(batch_.runs[1].bytes, std::vector<std::uint8_t>(1452, 2));
  EXPECT_EQ(batch_.runs[2].bytes, std::vector<std::uint8_t>(1200, 3));
}

TEST_F(PacketRunTest, EndsAtAnotherPathOrEcn) {
  {
    PacketRun run(batch_, nullptr, held_);
    add(run, 1200, 1);
    add(run, 1200, 2, false, 2);
    path_.remote = *Address::parse("198.51.100.1", 2);
    add(run, 1200, 3, false, 2);
  }
  ASSERT_EQ(batch_.runs.size(), 3u);
  EXPECT_EQ(batch_.runs[0].ecn, 0);
  EXPECT_EQ(batch_.runs[1].ecn, 2);
  EXPECT_EQ(batch_.runs[2].path.remote, path_.remote);
  EXPECT_EQ(batch_.runs[2].bytes, std::vector<std::uint8_t>(1200, 3));
}

TEST_F(PacketRunTest, HoldsAtMostSixtyFourPacketsAndAFullDatagram) {
  {
    PacketRun run(batch_, nullptr, held_);
    for (int i = 0; i < 70; ++i) add(run, 100, 1);
    run.commit();
    for (int i = 0; i < 60; ++i) add(run, 1400, 1);
  }
  std::size_t bytes = 0;
  for (const auto& run : batch_.runs) {
    EXPECT_LE(run.bytes.size(), 65507u);
    EXPECT_LE(run.bytes.size() / run.segment, 64u);
    bytes += run.bytes.size();
  }
  EXPECT_EQ(bytes, 7000u + 84000u);
  EXPECT_EQ(batch_.runs.front().bytes.size(), 6400u);
}

TEST_F(PacketRunTest, HoldsAPacketThatFindsNoPlace) {
  batch_.reserves_left = 1;
  {
    PacketRun run(batch_, nullptr, held_);
    add(run, 1200, 1);
    add(run, 1300, 2);
    EXPECT_TRUE(run.room(1500).empty());
  }
  EXPECT_EQ(batch_.runs.size(), 1u);
  EXPECT_EQ(held_.bytes.size(), 1300u);
  batch_.reserves_left = 2;
  {
    PacketRun run(batch_, nullptr, held_);
    add(run, 1300, 3);
  }
  ASSERT_EQ(batch_.runs.size(), 2u);
  EXPECT_EQ(batch_.runs[1].bytes.size(), 2600u);
  EXPECT_EQ(batch_.runs[1].bytes[0], 2);
  EXPECT_EQ(batch_.runs[1].bytes[1300], 3);
  EXPECT_TRUE(held_.bytes.empty());
}

}  // namespace
}  // namespace usquic::transport
