// http2::Stream: how a response is sent.
#include <gtest/gtest.h>

#include <string>

#include "support/raw_http2.h"

namespace usquic::http2 {
namespace {

using test::RawHttp2;
using test::RecordedHttp2Stream;
using Event = RawHttp2::Event;
namespace h2 = test::h2;

void count_release(void* user) {
  ++*static_cast<int*>(user);
}

std::vector<us_quic_header_t> ok_fields() {
  static const test::WireFields fields{{":status", "200"}};
  return test::native_fields(fields);
}

// A request that waits for its response.
struct Waiting {
  explicit Waiting(const Settings& settings = {}, const std::string& request = h2::get(1)) : peer(settings) {
    peer.handler = nullptr;
    EXPECT_TRUE(peer.send(h2::window_update(0, 1 << 30) + request));
  }
  RecordedHttp2Stream& stream() { return peer.stream(0); }
  test::Http2Answer& answer() { return peer.answer(1); }

  RawHttp2 peer;
};

TEST(StreamWrite, TakesWhatTheBufferHasRoomFor) {
  Waiting it({.send_buffer_bytes = 1000});
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write(std::string(600, 'a')), 600);
  EXPECT_EQ(it.stream().write(std::string(600, 'b')), 400);
  EXPECT_EQ(it.stream().write("c"), 0);
  EXPECT_EQ(it.stream().buffered(), 1000U);
  it.peer.run();
  EXPECT_EQ(it.stream().told, "request end writable");
  EXPECT_EQ(it.stream().buffered(), 0U);
  EXPECT_EQ(it.answer().body, std::string(600, 'a') + std::string(400, 'b'));
}

TEST(StreamWrite, IsToldOfRoomOnlyAfterAWriteThatWasNotTakenWhole) {
  Waiting it({.send_buffer_bytes = 1000});
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write(std::string(1000, 'a')), 1000);
  it.peer.run();
  EXPECT_EQ(it.stream().told, "request end");
}

TEST(StreamWrite, IsRefusedBeforeTheHeadAndBehindTheEnd) {
  Waiting it;
  EXPECT_EQ(it.stream().write("x"), US_QUIC_E_CLOSED);
  test::begin_response(it.stream());
  it.stream().shutdown();
  EXPECT_EQ(it.stream().write("x"), US_QUIC_E_CLOSED);
  it.peer.run();
  EXPECT_EQ(it.answer().body, "");
  EXPECT_TRUE(it.answer().has_ended);
}

TEST(StreamWriteStatic, SendsBytesBehindThoseThatWereCopiedAndReleasesThemOnce) {
  Waiting it;
  int releases = 0;
  const std::string piece(30'000, 'p');
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write("copied "), 7);
  EXPECT_EQ(it.stream().write_static(piece, count_release, &releases), 30'000);
  EXPECT_EQ(releases, 0);
  // Nothing overtakes it.
  EXPECT_EQ(it.stream().write("behind"), 0);
  EXPECT_EQ(it.stream().write_static("behind", count_release, &releases), 0);
  it.peer.run();
  EXPECT_EQ(releases, 1);
  EXPECT_EQ(it.stream().told, "request end writable");
  EXPECT_EQ(it.stream().write("behind"), 6);
  it.stream().shutdown();
  it.peer.run();
  EXPECT_EQ(it.answer().body, "copied " + piece + "behind");
  EXPECT_EQ(releases, 1);
}

TEST(StreamWriteStatic, TakesMoreThanTheBufferHolds) {
  Waiting it({.send_buffer_bytes = 10});
  int releases = 0;
  const std::string piece(50'000, 'p');
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write_static(piece, count_release, &releases), 50'000);
  it.stream().shutdown();
  it.peer.run();
  EXPECT_EQ(it.answer().body, piece);
  EXPECT_EQ(releases, 1);
}

TEST(StreamWriteStatic, IsNotTakenWhileTheBufferIsFull) {
  Waiting it({.send_buffer_bytes = 10});
  int releases = 0;
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write("0123456789"), 10);
  EXPECT_EQ(it.stream().write_static("piece", count_release, &releases), 0);
  it.peer.run();
  EXPECT_EQ(releases, 0);
  EXPECT_EQ(it.stream().told, "request end writable");
}

TEST(StreamWriteStatic, IsReleasedWhenTheStreamGoes) {
  const std::string piece(200'000, 'p');
  for (const char* way : {"reset", "client", "session"}) {
    SCOPED_TRACE(way);
    int releases = 0;
    {
      Waiting it;
      test::begin_response(it.stream());
      EXPECT_EQ(it.stream().write_static(piece, count_release, &releases), 200'000);
      it.peer.run();  // until the window is used up
      EXPECT_EQ(releases, 0);
      if (way[0] == 'r') it.stream().reset(ErrorCode::internal_error);
      if (way[0] == 'c') it.peer.send(h2::rst_stream(1, h2::cancel));
      if (way[0] == 's') it.peer.end_session();
      EXPECT_EQ(releases, 1);
    }
    EXPECT_EQ(releases, 1);
  }
}

TEST(StreamSendStaticResponse, SendsAWholeResponse) {
  Waiting it({.send_buffer_bytes = 10});
  int releases = 0;
  const std::string body(5000, 'b');
  EXPECT_TRUE(it.stream().send_static_response(ok_fields(), body, count_release, &releases));
  EXPECT_EQ(it.stream().send_static_response(ok_fields(), body, count_release, &releases).error(),
            US_QUIC_E_CLOSED);
  it.peer.run();
  EXPECT_EQ(it.answer().body, body);
  EXPECT_TRUE(it.answer().has_ended);
  EXPECT_EQ(releases, 1);
}

TEST(StreamSendStaticResponse, ReleasesABodyOfNoBytes) {
  Waiting it;
  int releases = 0;
  EXPECT_TRUE(it.stream().send_static_response(ok_fields(), "", count_release, &releases));
  EXPECT_EQ(releases, 1);
  it.peer.run();
  EXPECT_TRUE(it.answer().has_ended);
  EXPECT_EQ(it.peer.frames(h2::type_headers, 1)[0].flags, h2::end_stream | h2::end_headers);
}

TEST(StreamSendResponse, IsAllOrNothing) {
  Waiting it({.send_buffer_bytes = 10});
  EXPECT_EQ(it.stream().send_response(ok_fields(), "01234567890").error(), US_QUIC_E_TOO_LARGE);
  it.peer.run();
  EXPECT_EQ(it.answer().status, "");
  EXPECT_TRUE(it.stream().send_response(ok_fields(), "0123456789"));
  EXPECT_EQ(it.stream().send_response(ok_fields(), "").error(), US_QUIC_E_CLOSED);
  it.peer.run();
  EXPECT_EQ(it.answer().body, "0123456789");
  EXPECT_TRUE(it.answer().has_ended);
}

TEST(StreamSendHeaders, TakesTrailersBehindABodyThatWaits) {
  Waiting it;
  int releases = 0;
  const std::string piece(100'000, 'p');
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write("copied"), 6);
  EXPECT_EQ(it.stream().write_static(piece, count_release, &releases), 100'000);
  EXPECT_TRUE(it.stream().send_headers(test::native_fields({{"checksum", "1"}}), true));
  EXPECT_EQ(it.stream().write("x"), US_QUIC_E_CLOSED);
  EXPECT_EQ(it.stream().send_headers(test::native_fields({{"again", "1"}}), true).error(), US_QUIC_E_CLOSED);
  it.peer.run();
  EXPECT_TRUE(it.answer().trailers.empty());
  EXPECT_TRUE(it.peer.send(h2::window_update(1, 100'000)));
  EXPECT_EQ(it.answer().body.size(), 100'006U);
  EXPECT_EQ(it.answer().trailers, (test::WireFields{{"checksum", "1"}}));
  EXPECT_TRUE(it.answer().has_ended);
  EXPECT_EQ(releases, 1);
}

TEST(StreamSendHeaders, TakesTrailersWithoutABody) {
  Waiting it;
  test::begin_response(it.stream());
  it.peer.run();
  EXPECT_TRUE(it.stream().send_headers(test::native_fields({{"checksum", "1"}}), true));
  it.peer.run();
  EXPECT_EQ(it.answer().body, "");
  EXPECT_EQ(it.answer().trailers, (test::WireFields{{"checksum", "1"}}));
  EXPECT_EQ(it.stream().closes, 1);
}

TEST(StreamSendHeaders, RefusesTrailersThatAreNone) {
  Waiting it;
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().send_headers(test::native_fields({{":status", "200"}}), true).error(),
            US_QUIC_E_HEADERS);
  EXPECT_EQ(it.stream().send_headers(test::native_fields({{"connection", "x"}}), true).error(),
            US_QUIC_E_HEADERS);
  EXPECT_EQ(it.stream().write("still"), 5);
}

TEST(StreamShutdown, EndsABodyOnceItIsSent) {
  Waiting it;
  test::begin_response(it.stream());
  EXPECT_EQ(it.stream().write("body"), 4);
  it.stream().shutdown();
  it.stream().shutdown();
  it.peer.run();
  EXPECT_EQ(it.answer().body, "body");
  EXPECT_TRUE(it.answer().has_ended);
  EXPECT_EQ(it.peer.frames(h2::type_data, 1).size(), 1U);
}

TEST(StreamShutdown, BeforeTheHeadDoesNothing) {
  Waiting it;
  it.stream().shutdown();
  test::respond(it.stream(), "body");
  it.peer.run();
  EXPECT_EQ(it.answer().body, "body");
}

// A frame that was begun for a socket that took no more must not go out without its bytes.
TEST(StreamReset, LeavesOutAFrameThatWaitsForTheSocket) {
  for (const bool is_static : {false, true}) {
    SCOPED_TRACE(is_static);
    Waiting it;
    int releases = 0;
    const std::string piece(60'000, 'p');
    test::begin_response(it.stream());
    if (is_static) {
      EXPECT_EQ(it.stream().write_static(piece, count_release, &releases), 60'000);
    } else {
      EXPECT_EQ(it.stream().write(piece), 60'000);
    }
    it.peer.take_output(1000);
    EXPECT_LT(it.answer().body.size(), 60'000U);
    it.stream().reset(ErrorCode::internal_error);
    EXPECT_EQ(releases, is_static ? 1 : 0);
    it.peer.run();
    EXPECT_EQ(it.answer().reset, h2::internal_error);
    EXPECT_EQ(it.stream().closes, 1);
    EXPECT_TRUE(it.peer.send(h2::ping()));
    EXPECT_EQ(it.peer.frames(h2::type_ping).size(), 1U);
  }
}

TEST(StreamReset, BehindAResponseThatIsNotSentSendsNoneOfIt) {
  Waiting it;
  test::respond(it.stream(), "body");
  it.stream().reset(ErrorCode::cancel);
  it.peer.run();
  EXPECT_EQ(it.answer().status, "");
  EXPECT_EQ(it.answer().reset, h2::cancel);
}

}  // namespace
}  // namespace usquic::http2
