// Frames and streams without end, and requests that are given up.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_http3.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t excessive_load = 0x107;
constexpr std::uint64_t request_cancelled = 0x10c;
constexpr const char* no_frame_limits = "this engine does not see frames";

void expect_closed_for_load(RawNetwork& net, RawPeer& peer) {
  net.run();
  ASSERT_TRUE(peer.close());
  if (built_in_capabilities().error_codes) {
    EXPECT_TRUE(peer.close()->is_application);
    EXPECT_EQ(peer.close()->code, excessive_load);
  }
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(ReservedFrames, OfARequestWithoutEndCostTheStream) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << no_frame_limits;
  RawNetwork net("h3");
  net.start();
  RawHttp3 h3(net.join_client());
  for (const std::string& frames :
       {wire_frame(0x21, ""), wire_data(""), wire_varint(0x21, 8) + wire_varint(0, 8)}) {
    const std::uint64_t id = h3.request(wire_headers(get_fields()), false);
    std::string many;
    for (int i = 0; i < 2000; ++i) many += frames;
    h3.peer().write(id, many);
    net.run();
    EXPECT_EQ(h3.peer().stream(id).stopped, excessive_load);
  }
  EXPECT_FALSE(h3.peer().close());
  print_figure("empty_frames_until_a_request_is_reset", 1000, "frames");
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(ReservedFrames, AreSkippedWithoutBeingKept) {
  RawNetwork net("h3");
  net.pair.server.forgets = true;
  net.start();
  RawHttp3 h3(net.join_client());
  h3.peer().forget();
  const std::uint64_t id = h3.request(wire_headers(get_fields()), false);
  net.run();
  constexpr std::uint64_t length = 20 << 20;
  h3.peer().write(id, wire_varint(0x21) + wire_varint(length));
  HeapMeter heap;
  const std::string piece(1000, 'x');
  for (std::uint64_t sent = 0; sent < length; sent += piece.size()) {
    h3.peer().write(id, piece);
    net.run(milliseconds(11));
    if (sent % 100000 == 0) heap.sample();
  }
  print_figure("memory_peak_of_a_reserved_frame_of_20_mib", static_cast<double>(heap.peak()), "bytes");
  EXPECT_FALSE(h3.peer().close());
  EXPECT_LT(heap.peak(), 512 << 10);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(ReservedFrames, OfTheControlStreamWithoutEndCostTheConnection) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << no_frame_limits;
  for (const std::string& frame :
       {wire_frame(0x21, ""), wire_frame(h3frame::priority_update, wire_varint(0) + "u=1"),
        wire_frame(h3frame::max_push_id, wire_varint(1))}) {
    RawNetwork net("h3");
    net.start();
    RawHttp3 h3(net.join_client());
    std::string many;
    for (int i = 0; i < 1100; ++i) many += frame;
    h3.control(many);
    expect_closed_for_load(net, h3.peer());
  }
  print_figure("idle_control_frames_until_closed", 1000, "frames");
}

TEST(UnknownStreams, WithoutEndCostTheConnection) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << no_frame_limits;
  RawNetwork net("h3");
  net.pair.server.forgets = true;
  net.start();
  RawHttp3 h3(net.join_client());
  h3.peer().forget();
  HeapMeter heap;
  int opened = 0;
  for (; opened < 5000 && !h3.peer().close(); ++opened) {
    h3.open(0x21, "grease", true);
    if (opened % 20 == 0) net.run(milliseconds(30));
  }
  print_figure("unknown_streams_until_closed", opened, "streams");
  EXPECT_LT(heap.peak(), 1 << 20);
  EXPECT_LT(opened, 2000);
  expect_closed_for_load(net, h3.peer());
}

// Varints, frames and header sections one byte a packet.
TEST(OneByteAPacket, IsReadAsAnythingElse) {
  RawNetwork net("h3");
  net.start();
  RawHttp3 h3(net.join_client());
  const std::string bytes = wire_varint(0x21, 8) + wire_varint(1, 8) + "x" + wire_varint(1, 8) +
                            wire_varint(wire_section(get_fields()).size(), 8) + wire_section(get_fields());
  const std::uint64_t id = h3.request(bytes.substr(0, 1), false);
  for (std::size_t i = 1; i < bytes.size(); ++i)
    h3.peer().write(id, bytes.substr(i, 1), i + 1 == bytes.size());
  net.run();
  ASSERT_FALSE(net.pair.server.streams.empty());
  EXPECT_TRUE(net.pair.server.streams[0]->ended);
}

struct RapidReset {
  explicit RapidReset(std::uint32_t resets_per_second) {
    net.pair.server.config.max_stream_resets_per_second = resets_per_second;
    net.pair.server.forgets = true;
    net.pair.server.on_section = [this](StreamRecord&) { ++handled; };
    net.start();
    h3.emplace(net.join_client());
    h3->peer().forget();
  }
  // Requests that are given up in the same packet, until so many were sent in all or the connection closed.
  void run(std::uint64_t most, HeapMeter& heap) {
    const std::string request = wire_headers(get_fields());
    while (sent < most && !h3->peer().close()) {
      constexpr std::uint64_t at_once = 8;
      net.run(seconds(5), [&] { return streams_allowed() >= sent + at_once || h3->peer().close(); });
      std::string frames;
      for (std::uint64_t i = 0; i < at_once; ++i, ++sent) {
        frames += frame::stream(4 * sent, 0, request) +
                  frame::reset_stream(4 * sent, request_cancelled, request.size()) +
                  frame::stop_sending(4 * sent, request_cancelled);
      }
      net.deliver(net.pair.server, h3->peer().address, h3->peer().make_packet(Level::application, frames));
      net.run(milliseconds(1));
      if (sent % 1000 == 0) heap.sample();
    }
  }
  std::uint64_t streams_allowed() {
    const QuicFrame* limit = h3->peer().last(frame::type_max_streams_bidi);
    return limit != nullptr ? limit->value : net.pair.server.config.max_streams_bidi;
  }
  RawNetwork net{"h3"};
  std::optional<RawHttp3> h3;
  std::uint64_t sent = 0;
  std::uint64_t handled = 0;
};

TEST(RapidReset, PastTheBudgetEndsTheConnection) {
  RapidReset attack(100);
  HeapMeter heap;
  attack.run(100000, heap);
  print_figure("rapid_resets_until_closed", static_cast<double>(attack.sent), "streams");
  print_figure("handlers_run_by_rapid_resets", static_cast<double>(attack.handled), "calls");
  EXPECT_LE(attack.sent, 1200u);
  EXPECT_LE(attack.handled, 1200u);
  expect_closed_for_load(attack.net, attack.h3->peer());
}

TEST(RapidReset, LeavesNoMemoryBehindAlsoWithoutABudget) {
  RapidReset attack(0);
  HeapMeter heap;
  attack.run(2000, heap);
  heap = HeapMeter();
  const double began = cpu_seconds();
  attack.run(102000, heap);
  print_figure("memory_peak_of_100000_rapid_resets", static_cast<double>(heap.peak()), "bytes");
  print_figure("cpu_per_rapid_reset", 1e6 * (cpu_seconds() - began) / 100000, "us");
  EXPECT_FALSE(attack.h3->peer().close());
  EXPECT_LT(heap.peak(), 512 << 10);
  EXPECT_TRUE(attack.net.neighbours_talk());
}

TEST(RapidReset, ABrowserThatLeavesAPageIsWithinTheBudget) {
  RapidReset attack(100);
  HeapMeter heap;
  // 100 requests given up at once, once in two seconds, for a minute.
  for (int page = 0; page < 30; ++page) {
    const std::string request = wire_headers(get_fields());
    for (int i = 0; i < 96; ++i) {
      const std::uint64_t id = 4 * static_cast<std::uint64_t>(page * 96 + i);
      attack.h3->peer().send(frame::stream(id, 0, request) +
                             frame::reset_stream(id, request_cancelled, request.size()) +
                             frame::stop_sending(id, request_cancelled));
    }
    attack.net.run(seconds(2));
    ASSERT_FALSE(attack.h3->peer().close()) << page;
  }
}

// RFC 9114 sections 4.1.2, 4.2 and 10.3, one after the other on one connection: each is an error
// of its stream.
TEST(RequestSmuggling, IsRefusedStreamByStream) {
  RawNetwork net("h3");
  net.pair.server.on_fin = answer_ok;
  net.start();
  RawHttp3 h3(net.join_client());
  const std::vector<WireFields> more = {
      {{"content-length", "5"}},
      {{"content-length", "0"}},
      {{"content-length", "3"}, {"content-length", "4"}},
      {{"content-length", "4,4"}},
      {{"content-length", " 4 4"}},
      {{"content-length", "4;"}},
      {{"transfer-encoding", "chunked"}},
      {{"connection", "keep-alive"}},
      {{"upgrade", "websocket"}},
      {{"te", "chunked"}},
      {{"host", "evil.test"}},
      {{":path", "/admin"}},
      {{":method", "POST"}},
      {{"x", "a\r\nx: y"}},
      {{"x", "a\ny"}},
      {{"x", std::string("a\0b", 3)}},
      {{"x\r\ny", "z"}},
      {{"X", "y"}},
      {{"x ", "y"}},
      {{"", "y"}},
      {{"x:y", "z"}},
      {{"cont\xe2\x80\x8b"
        "ent-length",
        "4"}},
  };
  if (!built_in_capabilities().error_codes) {
    // Over such an engine it may also cost the connection.
    for (const WireFields& fields : more) {
      RawHttp3 another(net.join_client());
      const std::uint64_t id = another.request(wire_headers(get_fields(fields)) + wire_data("abcd"));
      net.run();
      EXPECT_FALSE(another.status(id)) << fields[0].first << "=" << fields[0].second;
      EXPECT_TRUE(another.peer().close() || another.peer().stream(id).reset) << fields[0].first;
    }
    EXPECT_TRUE(net.neighbours_talk());
    return;
  }
  for (const WireFields& fields : more) {
    const std::uint64_t id = h3.request(wire_headers(get_fields(fields)) + wire_data("abcd"));
    net.run();
    ASSERT_FALSE(h3.peer().close()) << fields[0].first << "=" << fields[0].second;
    EXPECT_EQ(h3.peer().stream(id).reset, 0x10eu) << fields[0].first << "=" << fields[0].second;
    EXPECT_FALSE(h3.status(id));
  }
  print_figure("smuggling_attempts_refused", static_cast<double>(more.size()), "requests");
  const std::uint64_t honest = h3.get();
  net.run();
  EXPECT_EQ(h3.status(honest), 200);
}

}  // namespace
}  // namespace usquic::test
