#include "http2/server_session.h"

#include <gtest/gtest.h>

#include <string>

#include "support/raw_http2.h"

namespace usquic::http2 {
namespace {

using test::RawHttp2;
using test::RecordedHttp2Stream;
using Event = RawHttp2::Event;
namespace h2 = test::h2;

constexpr std::size_t largest_frame = 9 + 16'384;

TEST(ServerSessionProduce, StopsWhenThereIsNoRoom) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::get(1)));
  test::respond(peer.stream(0), std::string(60'000, 'x'));
  std::size_t turns = 0;
  for (; peer.session().has_output() && turns < 1000; ++turns) {
    const std::size_t before = peer.output.size();
    peer.take_output(100);
    EXPECT_LE(peer.output.size() - before, 100 + largest_frame);
    EXPECT_GT(peer.output.size(), before);
  }
  EXPECT_GE(turns, 4U);
  EXPECT_EQ(peer.answer(1).body, std::string(60'000, 'x'));
}

TEST(ServerSessionProduce, GivesNothingWithoutRoom) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::get(1)));
  test::respond(peer.stream(0));
  const std::size_t before = peer.output.size();
  peer.take_output(0);
  EXPECT_EQ(peer.output.size(), before);
  EXPECT_TRUE(peer.session().has_output());
}

TEST(ServerSessionAnnounceEnd, MayBeCalledAgainAndBehindTheEnd) {
  RawHttp2 peer;
  peer.session().announce_end();
  peer.session().announce_end();
  peer.run();
  EXPECT_FALSE(peer.session().is_over());
  EXPECT_TRUE(peer.send(h2::get(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
  peer.session().take_no_more();
  peer.session().take_no_more();
  peer.run();
  EXPECT_TRUE(peer.session().is_over());
  EXPECT_EQ(peer.goaway(), h2::no_error);
}

TEST(ServerSessionTakeNoMore, LetsResponsesEnd) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::get(1)));
  peer.session().take_no_more();
  peer.run();
  EXPECT_FALSE(peer.session().is_over());
  test::respond(peer.stream(0), "late");
  peer.run();
  EXPECT_EQ(peer.answer(1).body, "late");
  EXPECT_TRUE(peer.session().is_over());
}

TEST(ServerSession, KnowsWhatItWaitsFor) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_FALSE(peer.session().has_streams());
  EXPECT_FALSE(peer.session().awaits_client());
  EXPECT_TRUE(peer.send(h2::frame(h2::type_headers, 0, 1, h2::block(h2::post_fields()))));
  EXPECT_TRUE(peer.session().is_in_head());
  EXPECT_TRUE(peer.session().has_streams());
  EXPECT_TRUE(peer.send(h2::continuation(1, "", h2::end_headers)));
  EXPECT_FALSE(peer.session().is_in_head());
  EXPECT_TRUE(peer.session().awaits_client());
  // It waits for the application alone while a request is paused.
  peer.stream(0).pause();
  EXPECT_FALSE(peer.session().awaits_client());
  peer.stream(0).resume();
  EXPECT_TRUE(peer.send(h2::data(1, "x", h2::end_stream)));
  EXPECT_FALSE(peer.session().awaits_client());
  test::begin_response(peer.stream(0));
  EXPECT_EQ(peer.stream(0).write_static(std::string_view("x"), nullptr, nullptr), 1);
  EXPECT_TRUE(peer.session().awaits_client());
  peer.run();
  EXPECT_FALSE(peer.session().awaits_client());
  peer.stream(0).shutdown();
  peer.run();
  EXPECT_FALSE(peer.session().has_streams());
}

TEST(ServerSession, ClosesStreamsThatAreOpenWhenItGoes) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::get(1) + h2::post(3) + h2::frame(h2::type_headers, 0, 5, "")));
  peer.end_session();
  EXPECT_EQ(peer.stream(0).told, "request end close");
  EXPECT_EQ(peer.stream(1).told, "request close");
  EXPECT_EQ(peer.stream(2).told, "close");
}

TEST(ServerSession, TellsNothingOfWhatComesBehindAFault) {
  RawHttp2 peer({.max_controls_per_second = 1});
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::post(1)));
  std::string bytes;
  for (int i = 0; i < 20; ++i) bytes += h2::ping();
  EXPECT_FALSE(peer.send(bytes + h2::data(1, "behind", h2::end_stream) + h2::get(3) + h2::rst_stream(1, 8)));
  EXPECT_EQ(peer.stream_count(), 1U);
  EXPECT_EQ(peer.stream(0).told, "request");
  EXPECT_EQ(peer.goaway(), h2::enhance_your_calm);
}

TEST(ServerSession, TellsNothingOfWhatComesBehindAFaultOfABody) {
  RawHttp2 peer({.max_resets_per_second = 1});
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::post(1)));
  std::string bytes;
  for (std::uint32_t id = 3; id < 40; id += 2) {
    bytes += h2::post(id, {{"content-length", "1"}}) + h2::data(id, "too long");
  }
  EXPECT_FALSE(peer.send(bytes + h2::data(1, "behind") + h2::rst_stream(1, h2::cancel)));
  EXPECT_EQ(peer.stream(0).body, "");
  EXPECT_EQ(peer.stream(0).told, "request");
  EXPECT_EQ(peer.stream_count(), 1U + FloodGuard::burst_seconds + 1);
  EXPECT_EQ(peer.goaway(), h2::enhance_your_calm);
}

TEST(ServerSession, TellsTheSameInWhateverPiecesBytesCome) {
  const std::string bytes = h2::post(1) + h2::data(1, "abc") + h2::get(3) + h2::data(1, "def") +
                            h2::headers(1, {{"a", "b"}}, h2::end_stream) +
                            h2::post(5, {{"content-length", "1"}}) + h2::data(5, "too long") + h2::ping() +
                            h2::get(7) + h2::split_headers(9, h2::get_fields(), 10, h2::end_stream);
  for (std::size_t piece = 1; piece <= bytes.size(); piece += 1 + piece / 8) {
    RawHttp2 peer;
    EXPECT_TRUE(peer.send(bytes, piece)) << piece;
    ASSERT_EQ(peer.stream_count(), 5U);
    EXPECT_EQ(peer.stream(0).told, "request body trailers end close");
    EXPECT_EQ(peer.stream(0).body, "abcdef");
    EXPECT_EQ(peer.stream(1).told, "request end close");
    EXPECT_TRUE(peer.stream(2).told.starts_with("request"));
    EXPECT_EQ(peer.answer(5).reset, h2::protocol_error);
    EXPECT_EQ(peer.stream(3).told, "request end close");
    EXPECT_EQ(peer.stream(4).told, "request end close");
  }
}

}  // namespace
}  // namespace usquic::http2
