#include "http3/control_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/http3_wire.h"

namespace usquic::http3 {
namespace {

using test::wire_frame;
using test::wire_varint;

const std::string received_settings = wire_frame(4, wire_varint(6) + wire_varint(1000));

// What was told, as text.
struct Told final : ControlReader::Delegate {
  std::vector<std::string> all;
  ConnectionError settings_received(Settings received) override {
    all.push_back("settings " + std::to_string(received.max_field_section_size));
    return ConnectionError::none;
  }
  void goaway_received(std::int64_t id) override { all.push_back("goaway " + std::to_string(id)); }
  ConnectionError priority_updated(std::int64_t id, std::string_view value) override {
    all.push_back("priority " + std::to_string(id) + " " + std::string(value));
    return ConnectionError::none;
  }
};

ConnectionError read(ControlReader& reader, std::string_view bytes, std::size_t piece = 1000) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const ConnectionError error = reader.read(as_bytes(bytes.substr(0, piece)));
    if (error != ConnectionError::none) return error;
  }
  return ConnectionError::none;
}

TEST(ControlReader, TellsWhatIsToBeActedOnAndNothingElse) {
  const std::string bytes = received_settings + wire_frame(0x21, "grease") + wire_frame(0xd, wire_varint(3)) +
                            wire_frame(7, wire_varint(8)) + wire_frame(0x40, "") +
                            wire_frame(0xf0700, wire_varint(4) + "u=1");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Told told;
    ControlReader reader(true, told);
    EXPECT_EQ(read(reader, bytes, piece), ConnectionError::none);
    EXPECT_EQ(told.all, (std::vector<std::string>{"settings 1000", "goaway 8", "priority 4 u=1"}));
  }
}

TEST(ControlReader, KeepsNoFrameAboveItsLimit) {
  Told told;
  ControlReader reader(true, told);
  EXPECT_EQ(read(reader, wire_varint(4) + wire_varint(ControlReader::max_frame_bytes + 1)),
            ConnectionError::excessive_load);
}

TEST(ControlReader, TakesSoManyFramesForEachRequestAndNoMore) {
  for (const std::string& frame : {wire_frame(0x21, ""), wire_frame(0xf0700, wire_varint(0) + "u=2"),
                                   wire_frame(7, wire_varint(8)), wire_frame(0xd, wire_varint(1))}) {
    Told told;
    ControlReader reader(true, told);
    EXPECT_EQ(read(reader, received_settings), ConnectionError::none);
    for (std::uint64_t i = 0; i < ControlReader::frames_for_nothing; ++i)
      ASSERT_EQ(read(reader, frame), ConnectionError::none);
    reader.request_opened();
    for (std::uint64_t i = 0; i < ControlReader::frames_per_request; ++i)
      ASSERT_EQ(read(reader, frame), ConnectionError::none);
    EXPECT_EQ(read(reader, frame), ConnectionError::excessive_load);
  }
}

}  // namespace
}  // namespace usquic::http3
