#include "http3/nghttp3/control_reader.h"

#include <gtest/gtest.h>

#include <set>

#include "http3/nghttp3/errors.h"
#include "support/http3_wire.h"

namespace usquic::http3 {
namespace {

using test::wire_frame;
using test::wire_varint;

const std::string settings = wire_frame(4, wire_varint(6) + wire_varint(1000));

// Has every request but those of `over`.
struct Requests final : ControlReader::Delegate {
  std::set<std::int64_t> over;
  std::vector<std::int64_t> asked;
  int priority_update(std::int64_t id, bool& is_ignored) override {
    asked.push_back(id);
    is_ignored = over.contains(id);
    return 0;
  }
};

int read(ControlReader& reader, std::string_view bytes, std::size_t piece, std::vector<std::uint8_t>& out) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    if (const int rv = reader.read(as_bytes(bytes.substr(0, piece)), out); rv != 0) return rv;
  }
  return 0;
}

int read(ControlReader& reader, std::string_view bytes) {
  std::vector<std::uint8_t> out;
  return read(reader, bytes, bytes.size(), out);
}

TEST(ControlReader, LetsPassWhatIsToBeActedOnAndNothingElse) {
  const std::string bytes = settings + wire_frame(0x21, "grease") + wire_frame(0xd, wire_varint(3)) +
                            wire_frame(7, wire_varint(8)) + wire_frame(0x40, "") +
                            wire_frame(0xf0700, wire_varint(4) + "u=1");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Requests requests;
    ControlReader reader(true, requests);
    std::vector<std::uint8_t> out;
    EXPECT_EQ(read(reader, bytes, piece, out), 0);
    test::WireReader in(as_text(out));
    for (const auto& [type, payload] :
         {std::pair<std::uint64_t, std::string>{4, wire_varint(6) + wire_varint(1000)},
          {7, wire_varint(8)},
          {0xf0700, wire_varint(4) + "u=1"}}) {
      EXPECT_EQ(in.varint(), type);
      EXPECT_EQ(in.take(in.varint()), payload);
    }
    EXPECT_TRUE(in.at_end());
    EXPECT_FALSE(in.is_bad());
  }
}

TEST(ControlReader, SkipsALongPriority) {
  Requests requests;
  ControlReader reader(true, requests);
  std::vector<std::uint8_t> out;
  EXPECT_EQ(read(reader, settings, 100, out), 0);
  out.clear();
  EXPECT_EQ(read(reader, wire_frame(0xf0700, wire_varint(4) + "u=1" + std::string(100, ' ')), 100, out), 0);
  EXPECT_TRUE(out.empty());
}

TEST(ControlReader, LetsNoPriorityPassForARequestThatIsOver) {
  Requests requests;
  requests.over = {4};
  ControlReader reader(true, requests);
  std::vector<std::uint8_t> out;
  EXPECT_EQ(read(reader, settings, 100, out), 0);
  out.clear();
  EXPECT_EQ(read(reader, wire_frame(0xf0700, wire_varint(4) + "u=1"), 100, out), 0);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(read(reader, wire_frame(0xf0700, wire_varint(8) + "u=1"), 100, out), 0);
  EXPECT_FALSE(out.empty());
  EXPECT_EQ(requests.asked, (std::vector<std::int64_t>{4, 8}));
}

TEST(ControlReader, KeepsNoFrameAboveItsLimit) {
  Requests requests;
  ControlReader reader(true, requests);
  EXPECT_EQ(read(reader, wire_varint(4) + wire_varint(ControlReader::max_frame_bytes + 1)), excessive_load);
}

TEST(ControlReader, TakesSoManyFramesForEachRequestAndNoMore) {
  for (const std::string& frame : {wire_frame(0x21, ""), wire_frame(0xf0700, wire_varint(0) + "u=2"),
                                   wire_frame(7, wire_varint(8)), wire_frame(0xd, wire_varint(1))}) {
    Requests requests;
    ControlReader reader(true, requests);
    EXPECT_EQ(read(reader, settings), 0);
    for (std::uint64_t i = 0; i < ControlReader::frames_for_nothing; ++i) ASSERT_EQ(read(reader, frame), 0);
    reader.request_opened();
    for (std::uint64_t i = 0; i < ControlReader::frames_per_request; ++i) ASSERT_EQ(read(reader, frame), 0);
    EXPECT_EQ(read(reader, frame), excessive_load);
  }
}

}  // namespace
}  // namespace usquic::http3
