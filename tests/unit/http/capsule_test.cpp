#include "http/capsule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "http/frame_head.h"

namespace usquic::http {
namespace {

using Status = CapsuleReader::Status;
using Capsules = std::vector<std::pair<std::uint64_t, std::string>>;

constexpr std::size_t most = 100;
constexpr std::uint64_t not_read = 0x29;

class Receiver final : public CapsuleReader::Delegate {
 public:
  bool takes_capsule(std::uint64_t type) override { return type != not_read; }
  void capsule_received(std::uint64_t type, Bytes value) override {
    capsules.emplace_back(type, as_text(value));
  }

  Capsules capsules;
};

std::string capsule(std::uint64_t type, std::string_view value) {
  return std::string(as_text(FrameHead(type, value.size()).bytes())) + std::string(value);
}

// What is read of `bytes` in pieces of `piece` bytes.
Status read(std::string_view bytes, std::size_t piece, Capsules& capsules) {
  Receiver receiver;
  CapsuleReader reader(most, receiver);
  Status status = Status::ok;
  while (!bytes.empty() && status == Status::ok) {
    const std::string_view now = bytes.substr(0, piece);
    // A copy of its own: nobody may keep a view of it.
    const std::vector<std::uint8_t> copy(now.begin(), now.end());
    status = reader.read(copy);
    bytes.remove_prefix(now.size());
  }
  capsules = receiver.capsules;
  return status == Status::ok ? reader.finish() : status;
}

void expect_read(const std::string& bytes, Status status, const Capsules& expected) {
  for (std::size_t piece = 1; piece <= bytes.size() + 1; ++piece) {
    Capsules capsules;
    EXPECT_EQ(read(bytes, piece, capsules), status) << piece;
    EXPECT_EQ(capsules, expected) << piece;
  }
}

TEST(CapsuleReader, ReadsCapsulesInPiecesOfAnySize) {
  const std::string large(most, 'x');
  expect_read(capsule(capsule_datagram, "one") + capsule(0x4000, "") + capsule(max_varint, large), Status::ok,
              {{capsule_datagram, "one"}, {0x4000, ""}, {max_varint, large}});
}

TEST(CapsuleReader, ReadsNothingOfAnEmptyStream) {
  Capsules capsules;
  EXPECT_EQ(read("", 1, capsules), Status::ok);
  EXPECT_TRUE(capsules.empty());
}

// RFC 9297 section 3.2: unknown types are skipped, however long they are.
TEST(CapsuleReader, SkipsWhatIsNotRead) {
  expect_read(capsule(not_read, "skipped") + capsule(1, "a") + capsule(not_read, "") + capsule(2, "b"),
              Status::ok, {{1, "a"}, {2, "b"}});
  Capsules capsules;
  EXPECT_EQ(read(capsule(not_read, std::string(100'000, 'x')) + capsule(1, "a"), 1000, capsules), Status::ok);
  EXPECT_EQ(capsules, (Capsules{{1, "a"}}));
}

// RFC 9297 section 3.3.
TEST(CapsuleReader, SaysWhenTheStreamEndsInsideACapsule) {
  const std::string bytes = capsule(0x4000, "value");
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    expect_read(bytes.substr(0, length), Status::cut_short, {});
  }
  const std::string skipped = capsule(not_read, "value");
  expect_read(skipped.substr(0, skipped.size() - 1), Status::cut_short, {});
  expect_read(capsule(1, "a") + "\x01", Status::cut_short, {{1, "a"}});
}

TEST(CapsuleReader, RefusesAValueAboveItsBoundByItsLength) {
  const std::string head(as_text(FrameHead(1, most + 1).bytes()));
  expect_read(capsule(0, "a") + head, Status::too_large, {{0, "a"}});
  expect_read(head + std::string(200, 'x'), Status::too_large, {});
  expect_read(std::string(as_text(FrameHead(1, max_varint).bytes())), Status::too_large, {});
}

TEST(CapsuleReader, ReadsNothingBehindAValueThatWasTooLarge) {
  Receiver receiver;
  CapsuleReader reader(most, receiver);
  EXPECT_EQ(reader.read(FrameHead(1, most + 1).bytes()), Status::too_large);
  EXPECT_EQ(reader.read(as_bytes(capsule(1, "a"))), Status::too_large);
  EXPECT_EQ(reader.finish(), Status::too_large);
  EXPECT_TRUE(receiver.capsules.empty());
}

TEST(CapsuleReader, GivesAViewOfWhatCameInOnePiece) {
  class Looker final : public CapsuleReader::Delegate {
   public:
    bool takes_capsule(std::uint64_t) override { return true; }
    void capsule_received(std::uint64_t, Bytes value) override { seen = value.data(); }
    const std::uint8_t* seen = nullptr;
  } looker;
  CapsuleReader reader(most, looker);
  const std::string bytes = capsule(1, "abc");
  EXPECT_EQ(reader.read(as_bytes(bytes)), Status::ok);
  EXPECT_EQ(looker.seen, as_bytes(bytes).data() + 2);
}

TEST(FrameHead, IsTypeAndLength) {
  const FrameHead head(0x1234, 5);
  EXPECT_EQ(as_text(head.bytes()), "\x52\x34\x05");
  const FrameHead longest(max_varint, max_varint);
  EXPECT_EQ(longest.bytes().size(), 16U);
}

}  // namespace
}  // namespace usquic::http
