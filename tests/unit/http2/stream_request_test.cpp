// http2::Stream: what comes of a request.
#include <gtest/gtest.h>

#include <string>

#include "support/raw_http2.h"

namespace usquic::http2 {
namespace {

using test::RawHttp2;
using test::RecordedHttp2Stream;
using Event = RawHttp2::Event;
namespace h2 = test::h2;

constexpr std::uint32_t default_window = 65'535;

// A server that pauses each request at once, and answers when told so.
RecordedHttp2Stream::Handler pausing() {
  return [](RecordedHttp2Stream& stream, Event event) {
    if (event == Event::request) stream.pause();
    if (event == Event::end) test::respond(stream);
  };
}

TEST(StreamPause, HoldsTheBodyTheTrailersAndTheEnd) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab") + h2::data(1, "cd") +
                        h2::headers(1, {{"checksum", "1"}}, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request");
  peer.stream(0).resume();
  EXPECT_EQ(peer.stream(0).told, "request");  // it is told by the session's tell()
  peer.run();
  EXPECT_EQ(peer.stream(0).told, "request body trailers end close");
  EXPECT_EQ(peer.stream(0).body, "abcd");
  EXPECT_EQ(peer.stream(0).trailers, "checksum=1\n");
}

TEST(StreamPause, HoldsTrailersWithoutABody) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::headers(1, {{"checksum", "1"}}, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request");
  peer.stream(0).resume();
  peer.run();
  EXPECT_EQ(peer.stream(0).told, "request trailers end close");
}

TEST(StreamPause, HoldsTheEndOfARequestWithoutABody) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::get(1)));
  EXPECT_EQ(peer.stream(0).told, "request");
  peer.stream(0).resume();
  peer.run();
  EXPECT_EQ(peer.stream(0).told, "request end close");
}

TEST(StreamPause, MayBeginAgainInsideOfWhatIsTold) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, Event event) {
    if (event == Event::request || event == Event::body || event == Event::trailers) stream.pause();
  };
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab")));
  const auto resume = [&peer] {
    peer.stream(0).resume();
    peer.run();
    return peer.stream(0).told;
  };
  EXPECT_EQ(resume(), "request body");
  EXPECT_TRUE(peer.send(h2::data(1, "cd") + h2::headers(1, {{"checksum", "1"}}, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).body, "ab");
  EXPECT_EQ(resume(), "request body");
  EXPECT_EQ(peer.stream(0).body, "abcd");
  EXPECT_EQ(resume(), "request body trailers");
  EXPECT_EQ(resume(), "request body trailers end");
}

TEST(StreamPause, WhatComesBehindHeldBytesStaysBehindThem) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab")));
  peer.stream(0).resume();
  // Before the session's turn.
  const std::string bytes = h2::data(1, "cd", h2::end_stream);
  EXPECT_TRUE(peer.session().receive(as_bytes(bytes), peer.now));
  peer.run();
  EXPECT_EQ(peer.stream(0).body, "abcd");
  EXPECT_EQ(peer.stream(0).told, "request body end close");
}

TEST(StreamPause, IsUndoneByResumeBeforeAnythingCame) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, Event event) {
    if (event != Event::request) return;
    stream.pause();
    stream.resume();
    stream.resume();
  };
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab", h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request body end");
}

TEST(StreamPause, HeldBytesAreNoMoreThanTheWindow) {
  RawHttp2 peer({.stream_window = 10'000});
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, std::string(10'000, 'x'))));
  EXPECT_EQ(peer.credit(1), 0U);
  EXPECT_TRUE(peer.send(h2::data(1, "x")));
  EXPECT_EQ(peer.answer(1).reset, h2::flow_control_error);
}

TEST(StreamPause, CreditIsGivenWhenHeldBytesAreTold) {
  RawHttp2 peer({.stream_window = default_window, .connection_window = default_window});
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::long_data(1, 60'000)));
  EXPECT_EQ(peer.credit(0), 0U);
  peer.stream(0).resume();
  peer.run();
  EXPECT_EQ(peer.credit(0), 60'000U);
  EXPECT_EQ(peer.credit(1), 60'000U);
}

TEST(StreamClose, GivesTheConnectionItsCreditForHeldBytes) {
  RawHttp2 peer({.stream_window = default_window, .connection_window = default_window});
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::long_data(1, 60'000) + h2::rst_stream(1, h2::cancel)));
  EXPECT_EQ(peer.stream(0).told, "request reset close");
  EXPECT_EQ(peer.credit(0), 60'000U);
  EXPECT_EQ(peer.credit(1), 0U);
}

// ---- What is dropped ----

TEST(StreamStopReceiving, DropsWhatComesAndGivesTheConnectionItsCredit) {
  RawHttp2 peer({.stream_window = default_window, .connection_window = default_window});
  peer.handler = [](RecordedHttp2Stream& stream, Event event) {
    if (event == Event::request) stream.stop_receiving();
  };
  EXPECT_TRUE(peer.send(h2::post(1) + h2::long_data(1, 60'000, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request");
  EXPECT_GE(peer.credit(0), 60'000U - default_window / 2);
  EXPECT_EQ(peer.credit(1), 0U);
  test::respond(peer.stream(0), "late");
  peer.run();
  EXPECT_EQ(peer.answer(1).body, "late");
  // The request was over: nothing is left to be given up.
  EXPECT_FALSE(peer.answer(1).reset);
}

TEST(StreamStopReceiving, DropsWhatIsHeldAtOnce) {
  RawHttp2 peer({.stream_window = default_window, .connection_window = default_window});
  peer.handler = pausing();
  EXPECT_TRUE(
      peer.send(h2::post(1) + h2::long_data(1, 60'000) + h2::headers(1, {{"a", "b"}}, h2::end_stream)));
  peer.stream(0).stop_receiving();
  peer.run();
  EXPECT_EQ(peer.credit(0), 60'000U);
  peer.stream(0).resume();
  test::begin_response(peer.stream(0));
  peer.stream(0).write(std::string(100'000, 'x'));  // more than there is room for: it has a turn for that
  peer.run();
  EXPECT_EQ(peer.stream(0).body, "");
  EXPECT_EQ(peer.stream(0).trailers, "");
  EXPECT_EQ(peer.stream(0).told, "request writable");
}

TEST(StreamStopReceiving, DropsHeldBytesWhoseTurnWasNear) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "abc", h2::end_stream)));
  peer.stream(0).resume();
  peer.stream(0).stop_receiving();
  peer.run();
  EXPECT_EQ(peer.stream(0).told, "request");
}

TEST(StreamStopReceiving, TellsTheClientOnceTheResponseIsSent) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab")));
  peer.stream(0).stop_receiving();
  peer.run();
  EXPECT_FALSE(peer.answer(1).reset);
  test::respond(peer.stream(0), "enough");
  peer.run();
  EXPECT_TRUE(peer.answer(1).has_ended);
  EXPECT_EQ(peer.answer(1).reset, h2::no_error);
  EXPECT_EQ(peer.stream(0).told, "request body close");
}

TEST(StreamStopReceiving, TellsTheClientAtOnceBehindAResponseThatWasSent) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(h2::post(1)));
  test::respond(peer.stream(0), "first");
  peer.run();
  EXPECT_TRUE(peer.answer(1).has_ended);
  EXPECT_EQ(peer.stream(0).closes, 0);
  peer.stream(0).stop_receiving();
  peer.run();
  EXPECT_EQ(peer.answer(1).reset, h2::no_error);
  EXPECT_EQ(peer.stream(0).closes, 1);
}

TEST(StreamReset, DropsWhatIsHeldAndIsToldNothingMore) {
  RawHttp2 peer({.stream_window = default_window, .connection_window = default_window});
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::long_data(1, 60'000, h2::end_stream)));
  peer.stream(0).resume();
  peer.stream(0).reset(ErrorCode::cancel);
  peer.run();
  EXPECT_EQ(peer.answer(1).reset, h2::cancel);
  EXPECT_EQ(peer.stream(0).told, "request close");
  EXPECT_EQ(peer.credit(0), 60'000U);
}

TEST(StreamReset, MayComeInsideOfAnythingThatIsTold) {
  for (const Event at : {Event::request, Event::body, Event::trailers, Event::end}) {
    SCOPED_TRACE(static_cast<int>(at));
    for (const bool is_held : {false, true}) {
      RawHttp2 peer;
      peer.handler = [at, is_held](RecordedHttp2Stream& stream, Event event) {
        if (event == Event::request && is_held) stream.pause();
        if (event == at) stream.reset(ErrorCode::internal_error);
      };
      EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "ab") + h2::headers(1, {{"a", "b"}}, h2::end_stream)));
      peer.stream(0).resume();
      peer.run();
      EXPECT_EQ(peer.answer(1).reset, h2::internal_error);
      EXPECT_EQ(peer.stream(0).closes, 1);
      EXPECT_TRUE(peer.send(h2::ping()));
    }
  }
}

TEST(StreamReset, OfAStreamThatIsClosedDoesNothing) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::get(1)));
  RecordedHttp2Stream& stream = peer.stream(0);
  EXPECT_EQ(stream.closes, 1);
  stream.reset(ErrorCode::cancel);
  stream.stop_receiving();
  stream.pause();
  stream.shutdown();
  EXPECT_EQ(stream.write("x"), US_QUIC_E_CLOSED);
  EXPECT_EQ(stream.write_static("x", nullptr, nullptr), US_QUIC_E_CLOSED);
  EXPECT_EQ(stream.send_headers(test::native_fields({{":status", "200"}}), true).error(), US_QUIC_E_CLOSED);
  EXPECT_EQ(stream.send_response(test::native_fields({{":status", "200"}}), "x").error(), US_QUIC_E_CLOSED);
  peer.run();
  EXPECT_FALSE(peer.answer(1).reset);
}

TEST(StreamReset, ByTheClientIsToldBeforeTheClose) {
  RawHttp2 peer;
  peer.handler = pausing();
  EXPECT_TRUE(peer.send(h2::post(1) + h2::data(1, "abc") + h2::rst_stream(1, h2::cancel)));
  EXPECT_EQ(peer.stream(0).told, "request reset close");
  EXPECT_EQ(peer.stream(0).body, "");
}

}  // namespace
}  // namespace usquic::http2
