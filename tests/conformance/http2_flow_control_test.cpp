// RFC 9113 sections 5.2 and 6.9: flow control.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

constexpr std::uint32_t default_window = 65535;
constexpr std::uint32_t most_window = 0x7fffffff;

// Answers each request with so many bytes.
void answer_with(RawHttp2& peer, std::size_t size) {
  peer.handler = [size](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::end) respond(stream, std::string(size, 'b'));
  };
}

// ---- Section 6.9: WINDOW_UPDATE ----

INSTANTIATE_TEST_SUITE_P(
    Section6_9, Http2ConnectionError,
    Values(
        Http2Case{"IncrementOf0", h2::window_update(0, 0)},
        // An error of the stream alone in the section; it may be one of the connection (section 5.4.1): nghttp2's way.
        Http2Case{"IncrementOf0OnAStream", post(1) + h2::window_update(1, 0)},
        Http2Case{"TooShort", h2::frame(h2::type_window_update, 0, 0, "abc"), h2::frame_size_error},
        Http2Case{"TooLong", h2::frame(h2::type_window_update, 0, 0, "abcde"), h2::frame_size_error},
        Http2Case{"TooShortOnAStream", post(1) + h2::frame(h2::type_window_update, 0, 1, "abc"),
                  h2::frame_size_error},
        Http2Case{"AWindowAbove31Bits", h2::window_update(0, most_window), h2::flow_control_error},
        Http2Case{"AWindowAbove31BitsInSteps",
                  h2::window_update(0, most_window - default_window) + h2::window_update(0, 1),
                  h2::flow_control_error}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(Section6_9, Http2Accepted,
                         Values(Http2Case{"TheLargestWindow",
                                          h2::window_update(0, most_window - default_window)},
                                Http2Case{"TheLargestWindowOfAStream",
                                          post(1) + h2::window_update(1, most_window - default_window)}),
                         name_of_case);

INSTANTIATE_TEST_SUITE_P(Section6_9_1, Http2StreamError,
                         Values(Http2Case{"AWindowAbove31Bits", post(1) + h2::window_update(1, most_window),
                                          h2::flow_control_error},
                                Http2Case{"AWindowAbove31BitsInSteps",
                                          post(1) + h2::window_update(1, most_window - default_window) +
                                              h2::window_update(1, 1),
                                          h2::flow_control_error}),
                         name_of_case);

// ---- What the server sends ----

TEST(Rfc9113Section6_9_1, AResponseStopsAtTheWindowOfItsStream) {
  RawHttp2 peer;
  answer_with(peer, 65'536);
  EXPECT_TRUE(peer.send(h2::window_update(0, 1'000'000) + get(1)));
  EXPECT_EQ(peer.answer(1).body.size(), default_window);
  EXPECT_FALSE(peer.answer(1).has_ended);
  EXPECT_TRUE(peer.send(h2::window_update(1, 1)));
  EXPECT_EQ(peer.answer(1).body.size(), 65'536U);
  EXPECT_TRUE(peer.answer(1).has_ended);
}

TEST(Rfc9113Section6_9_1, ResponsesShareTheWindowOfTheConnection) {
  RawHttp2 peer;
  answer_with(peer, 40'000);
  EXPECT_TRUE(peer.send(get(1) + get(3)));
  EXPECT_EQ(peer.answer(1).body.size() + peer.answer(3).body.size(), default_window);
  EXPECT_TRUE(peer.send(h2::window_update(0, 80'000 - default_window)));
  EXPECT_TRUE(peer.answer(1).has_ended && peer.answer(3).has_ended);
}

TEST(Rfc9113Section6_9_1, SectionsNeedNoWindow) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 0}}));
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::end) return;
    EXPECT_TRUE(stream.send_headers(native_fields({{":status", "103"}}), false));
    EXPECT_TRUE(stream.send_headers(native_fields({{":status", "200"}}), true));
  };
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).informational, std::vector<std::string>{"103"});
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_TRUE(peer.answer(1).has_ended);
}

// An empty frame with the end MAY be sent without a window; nghttp2 waits for one.
TEST(Rfc9113Section6_9_1, AnEndByItselfWaitsForAWindow) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 0}}));
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::end) return;
    begin_response(stream);
    stream.shutdown();
  };
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_FALSE(peer.answer(1).has_ended);
  EXPECT_TRUE(peer.send(h2::window_update(1, 1)));
  EXPECT_TRUE(peer.answer(1).has_ended);
}

TEST(Rfc9113Section6_9_1, FramesThatAreNotDataPassAWindowThatIsUsedUp) {
  RawHttp2 peer;
  answer_with(peer, 65'536);
  EXPECT_TRUE(peer.send(get(1) + h2::ping() + h2::settings({})));
  EXPECT_FALSE(peer.answer(1).has_ended);
  EXPECT_EQ(peer.frames(h2::type_ping).size(), 1U);
}

TEST(Rfc9113Section6_9_2, TheInitialWindowIsThatOfTheClientsSettings) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 10}}));
  answer_with(peer, 100);
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).body.size(), 10U);
  EXPECT_TRUE(peer.send(h2::window_update(1, 90)));
  EXPECT_EQ(peer.answer(1).body.size(), 100U);
}

TEST(Rfc9113Section6_9_2, ALargerInitialWindowOpensStreamsThatWait) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 10}}));
  answer_with(peer, 100);
  EXPECT_TRUE(peer.send(get(1) + h2::settings({{h2::initial_window_size, 60}})));
  EXPECT_EQ(peer.answer(1).body.size(), 60U);
}

TEST(Rfc9113Section6_9_2, AWindowMayBecomeNegative) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 100}}));
  answer_with(peer, 200);
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).body.size(), 100U);
  EXPECT_TRUE(peer.send(h2::settings({{h2::initial_window_size, 30}}) + h2::window_update(1, 70)));
  EXPECT_EQ(peer.answer(1).body.size(), 100U);
  EXPECT_TRUE(peer.send(h2::window_update(1, 1)));
  EXPECT_EQ(peer.answer(1).body.size(), 101U);
}

// The section has an error of the connection; nghttp2 ends the streams whose window it is.
TEST(Rfc9113Section6_9_2, SettingsThatMakeAWindowTooLargeEndItsStream) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + post(3) + h2::window_update(1, most_window - default_window)));
  EXPECT_TRUE(peer.send(h2::settings({{h2::initial_window_size, default_window + 1}})));
  EXPECT_FALSE(peer.answer(3).reset);
  expect_http2_stream_error(peer, 1, h2::flow_control_error);
}

TEST(Rfc9113Section6_9_3, SettingsDoNotChangeTheWindowOfTheConnection) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(h2::settings({{h2::initial_window_size, 1'000'000}}));
  answer_with(peer, 65'536);
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).body.size(), default_window);
}

TEST(Rfc9113Section5_2, CreditOfAStreamThatIsOverIsNotKept) {
  RawHttp2 peer;
  answer_with(peer, 30'000);
  EXPECT_TRUE(peer.send(get(1) + h2::window_update(1, 30'000) + get(3) + get(5)));
  EXPECT_TRUE(peer.answer(3).has_ended);
  EXPECT_EQ(peer.answer(5).body.size(), default_window - 60'000);
}

// ---- What the client sends ----

TEST(Rfc9113Section6_9_1, MoreThanTheStreamsWindowIsAnErrorOfTheStream) {
  RawHttp2 peer({.stream_window = 100'000});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::request && stream.has_body) stream.pause();
    if (event == RawHttp2::Event::end) respond(stream);
  };
  EXPECT_TRUE(peer.send(post(1) + h2::long_data(1, 100'000)));
  EXPECT_FALSE(peer.answer(1).reset);
  EXPECT_TRUE(peer.send(h2::data(1, "x")));
  expect_http2_stream_error(peer, 1, h2::flow_control_error);
}

TEST(Rfc9113Section6_9_1, MoreThanTheConnectionsWindowIsAnErrorOfTheConnection) {
  RawHttp2 peer({.stream_window = 100'000, .connection_window = 150'000});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event) { stream.pause(); };
  EXPECT_TRUE(peer.send(post(1) + h2::long_data(1, 100'000) + post(3) + h2::long_data(3, 50'000)));
  EXPECT_FALSE(peer.send(h2::data(3, "x")));
  expect_http2_closed(peer, h2::flow_control_error);
}

TEST(Rfc9113Section6_9_1, PaddingUsesTheWindow) {
  RawHttp2 peer({.stream_window = 70'000, .connection_window = 100'000});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event) { stream.pause(); };
  const std::string padded = h2::data(1, "\xff" + std::string(1000 + 255, 'x'), h2::padded);
  ASSERT_TRUE(peer.send(post(1)));
  for (int i = 0; i < 70'000 / (1 + 1000 + 255); ++i) ASSERT_TRUE(peer.send(padded)) << i;
  EXPECT_FALSE(peer.answer(1).reset);
  EXPECT_TRUE(peer.send(padded));
  EXPECT_EQ(peer.answer(1).reset, h2::flow_control_error);
  EXPECT_FALSE(peer.goaway());
}

TEST(Rfc9113Section6_9_1, CreditForPaddingIsGivenBackWithoutTheApplication) {
  RawHttp2 peer({.stream_window = 65'535, .connection_window = 65'535});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event) { stream.pause(); };
  ASSERT_TRUE(peer.send(post(1)));
  const std::string padding = h2::data(1, "\xff" + std::string(255, '\0'), h2::padded);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(peer.send(padding)) << i;
  EXPECT_GE(peer.credit(0), 1000 * 256 - 65'535U);
  EXPECT_GE(peer.credit(1), 1000 * 256 - 65'535U);
}

TEST(Rfc9113Section6_9, CreditFollowsWhatTheApplicationRead) {
  RawHttp2 peer({.stream_window = 65'535, .connection_window = 65'535});
  EXPECT_TRUE(peer.send(post(1)));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(peer.send(h2::long_data(1, 16'384)));
  EXPECT_EQ(peer.stream(0).body.size(), 50 * 16'384U);
  EXPECT_GE(peer.credit(1) + 65'535, 50 * 16'384U);
  EXPECT_GE(peer.credit(0) + 65'535, 50 * 16'384U);
}

TEST(Rfc9113Section6_9, CreditIsNotGivenForWhatTheApplicationDoesNotRead) {
  RawHttp2 peer({.stream_window = 65'535, .connection_window = 65'535});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event) { stream.pause(); };
  EXPECT_TRUE(peer.send(post(1) + h2::long_data(1, 60'000)));
  EXPECT_EQ(peer.credit(1), 0U);
  EXPECT_EQ(peer.credit(0), 0U);
  peer.stream(0).resume();
  peer.run();
  EXPECT_EQ(peer.stream(0).body.size(), 60'000U);
  EXPECT_EQ(peer.credit(1), 60'000U);
  EXPECT_EQ(peer.credit(0), 60'000U);
}

TEST(Rfc9113Section6_9, TheCreditOfAClientIsThatOfASmallWindowToo) {
  RawHttp2 peer({.stream_window = 1000, .connection_window = 65'535});
  EXPECT_TRUE(peer.send(post(1)));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(peer.send(h2::data(1, std::string(1000, 'x'))));
  EXPECT_EQ(peer.stream(0).body.size(), 100'000U);
  expect_http2_open(peer);
}

}  // namespace
}  // namespace usquic::test::h2
