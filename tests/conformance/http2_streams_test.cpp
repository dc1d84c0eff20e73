// RFC 9113 section 5.1: the states of streams, their numbers and how many there may be.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

// ---- Section 5.1: idle ----

INSTANTIATE_TEST_SUITE_P(
    Section5_1_Idle, Http2ConnectionError,
    Values(Http2Case{"Data", h2::data(1, "x")}, Http2Case{"EmptyData", h2::data(1, "", h2::end_stream)},
           Http2Case{"RstStream", get(1) + h2::rst_stream(3, h2::cancel)},
           Http2Case{"WindowUpdate", h2::window_update(1, 1)},
           Http2Case{"WindowUpdateBehindAnotherStream", get(1) + h2::window_update(3, 1)},
           Http2Case{"DataOnAStreamOfTheServer", h2::data(2, "x")},
           Http2Case{"WindowUpdateOnAStreamOfTheServer", h2::window_update(2, 1)}),
    name_of_case);

// ---- Section 5.1: half-closed (remote) ----

// What stream 1 gets behind the end of its request, while the application has not answered.
void expect_closes_behind_end(std::string_view bytes, std::uint32_t code) {
  RawHttp2 peer;
  peer.handler = nullptr;
  ASSERT_TRUE(peer.send(get(1)));
  EXPECT_FALSE(peer.send(bytes));
  expect_http2_closed(peer, code);
}

// The section has errors of the stream here, which may be ones of the connection (section 5.4.1): nghttp2's way.
TEST(Rfc9113Section5_1, DataBehindTheEndOfARequestEndsTheConnection) {
  expect_closes_behind_end(h2::data(1, "x"), h2::stream_closed);
  expect_closes_behind_end(h2::data(1, "", h2::end_stream), h2::stream_closed);
}

TEST(Rfc9113Section5_1, HeadersBehindTheEndOfARequestEndTheConnection) {
  expect_closes_behind_end(get(1), h2::stream_closed);
  expect_closes_behind_end(h2::headers(1, {{"trailer", "x"}}, h2::end_stream), h2::stream_closed);
}

TEST(Rfc9113Section5_1, WindowUpdateAndPriorityBehindTheEndOfARequestAreTaken) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(get(1) + h2::window_update(1, 100) + h2::priority(1, 0)));
  respond(peer.stream(0), "late");
  peer.run();
  EXPECT_EQ(peer.answer(1).body, "late");
}

TEST(Rfc9113Section5_1, ARequestThatEndedMayBeReset) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(get(1) + h2::rst_stream(1, h2::cancel)));
  EXPECT_EQ(peer.stream(0).told, "request end reset close");
  EXPECT_FALSE(peer.goaway());
}

// ---- Section 5.1: closed ----

// nghttp2 forgets streams that are over, so it cannot tell them from ones that it reset, whose frames may be on their way:
// they are ignored where the section would have STREAM_CLOSED.
class Http2ClosedStream : public Http2Rows {};

TEST_P(Http2ClosedStream, IgnoresWhatComesBehindTheAnswer) {
  RawHttp2 peer;
  ASSERT_TRUE(peer.send(get(1)));
  EXPECT_TRUE(peer.answer(1).has_ended);
  EXPECT_TRUE(peer.send(GetParam().bytes));
  expect_http2_open(peer);
}

TEST_P(Http2ClosedStream, IgnoresWhatComesBehindAReset) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::rst_stream(1, h2::cancel) + GetParam().bytes));
  expect_http2_open(peer);
}

INSTANTIATE_TEST_SUITE_P(Section5_1, Http2ClosedStream,
                         Values(Http2Case{"Data", h2::data(1, "x")},
                                Http2Case{"DataThatEnds", h2::data(1, "", h2::end_stream)},
                                Http2Case{"Headers", get(1)},
                                Http2Case{"Trailers", h2::headers(1, {{"a", "b"}}, h2::end_stream)},
                                Http2Case{"WindowUpdate", h2::window_update(1, 1)},
                                Http2Case{"RstStream", h2::rst_stream(1, h2::no_error)},
                                Http2Case{"Priority", h2::priority(1, 0)}),
                         name_of_case);

TEST(Rfc9113Section5_1, FramesOfAClosedStreamReachNoApplication) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::rst_stream(1, h2::cancel) + h2::data(1, "x") + get(1)));
  EXPECT_EQ(peer.stream_count(), 1U);
  EXPECT_EQ(peer.stream(0).told, "request reset close");
  EXPECT_EQ(peer.stream(0).body, "");
}

TEST(Rfc9113Section5_1, FramesThatMeetAResetOfTheServerAreIgnored) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::request && stream.has_body) stream.reset(http2::ErrorCode::cancel);
    if (event == RawHttp2::Event::end) respond(stream);
  };
  const std::string behind = h2::data(1, "abc") + h2::headers(1, {{"trailer", "x"}}, h2::end_stream) +
                             h2::window_update(1, 5) + h2::rst_stream(1, h2::cancel);
  // Whether they come before the RST_STREAM is sent or after it.
  EXPECT_TRUE(peer.send(post(1) + behind));
  EXPECT_EQ(peer.answer(1).reset, h2::cancel);
  EXPECT_EQ(peer.stream(0).body, "");
  EXPECT_TRUE(peer.send(behind));
  EXPECT_EQ(peer.stream(0).body, "");
  expect_http2_open(peer, 3);
}

TEST(Rfc9113Section5_1, DataOfAClosedStreamGivesItsCreditBack) {
  RawHttp2 peer({.connection_window = 65535});
  for (std::uint32_t id = 1; id < 20; id += 2) {
    EXPECT_TRUE(peer.send(post(id) + h2::rst_stream(id, h2::cancel) + h2::long_data(id, 30'000)));
  }
  expect_http2_open(peer);
  EXPECT_GE(peer.credit(0), 10 * 30'000U - 65535);
}

TEST(Rfc9113Section5_4_2, NoRstStreamAnswersARstStream) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::rst_stream(1, h2::protocol_error) + h2::rst_stream(1, h2::cancel)));
  EXPECT_TRUE(peer.frames(h2::type_rst_stream, 1).empty());
  expect_http2_open(peer);
}

// ---- Section 5.1.1 ----

INSTANTIATE_TEST_SUITE_P(Section5_1_1, Http2ConnectionError,
                         Values(Http2Case{"AStreamOfTheServersNumbers", get(2)},
                                Http2Case{"AStreamOfTheServersNumbersBehindAnother", get(1) + get(4)}),
                         name_of_case);

// The section has PROTOCOL_ERROR for the connection; to nghttp2 it is a frame of a stream that was forgotten.
TEST(Rfc9113Section5_1_1, AStreamBelowTheHighestOneIsNotServed) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(5) + get(3)));
  EXPECT_EQ(peer.stream_count(), 1U);
  EXPECT_EQ(peer.answer(3).status, "");
  expect_http2_open(peer);
}

TEST(Rfc9113Section5_1_1, NumbersMayBeLeftOut) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(1) + get(7) + get(1001)));
  EXPECT_EQ(peer.answer(1001).status, "200");
  expect_http2_open(peer, 1003);
}

TEST(Rfc9113Section5_1_1, TheLastNumberIsServed) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(0x7fffffff)));
  EXPECT_EQ(peer.answer(0x7fffffff).status, "200");
}

// ---- Section 5.1.2 ----

TEST(Rfc9113Section5_1_2, StreamsAboveTheLimitAreRefusedUntilTheClientKnowsIt) {
  RawHttp2 peer(RawHttp2::Bare{}, {.max_streams = 2});
  EXPECT_TRUE(peer.send(std::string(h2::preface) + h2::settings({}) + post(1) + post(3) + post(5)));
  EXPECT_EQ(peer.answer(5).reset, h2::refused_stream);
  EXPECT_EQ(peer.stream_count(), 2U);
  // It may be tried again.
  EXPECT_TRUE(peer.send(h2::data(1, "x", h2::end_stream)));
  expect_http2_open(peer, 7);
}

// The section has an error of the stream, which may be one of the connection (section 5.4.1): nghttp2's way for a client that
// acknowledged the limit.
TEST(Rfc9113Section5_1_2, StreamsAboveALimitThatTheClientKnowsEndTheConnection) {
  RawHttp2 peer({.max_streams = 2});
  EXPECT_FALSE(peer.send(post(1) + post(3) + post(5)));
  expect_http2_closed(peer, h2::protocol_error);
  EXPECT_EQ(peer.stream_count(), 2U);
}

TEST(Rfc9113Section5_1_2, StreamsThatAreOverDoNotCount) {
  RawHttp2 peer({.max_streams = 1});
  for (std::uint32_t id = 1; id < 40; id += 4) {
    EXPECT_TRUE(peer.send(get(id)));
    EXPECT_TRUE(peer.send(post(id + 2) + h2::rst_stream(id + 2, h2::cancel)));
    EXPECT_EQ(peer.answer(id).status, "200");
  }
  EXPECT_EQ(peer.stream_count(), 20U);
}

TEST(Rfc9113Section5_1_2, AStreamThatTheApplicationHasNoRoomForIsRefused) {
  RawHttp2 peer;
  peer.takes_streams = false;
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).reset, refused_stream);
  EXPECT_EQ(peer.stream_count(), 0U);
  peer.takes_streams = true;
  expect_http2_open(peer, 3);
}

}  // namespace
}  // namespace usquic::test::h2
