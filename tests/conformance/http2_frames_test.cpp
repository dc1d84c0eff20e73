// RFC 9113 sections 4 and 6: what a frame must look like.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

std::string with_padding(std::string_view content, std::size_t padding) {
  return wire_integer(padding, 1) + std::string(content) + std::string(padding, '\0');
}

std::string priority_fields() {
  return wire_integer(0, 4) + "\x0f";
}

// ---- Section 4: what all frames have ----

INSTANTIATE_TEST_SUITE_P(
    Section4_1, Http2Accepted,
    Values(Http2Case{"UnknownTypeOnTheConnection", frame(0xfa, 0xff, 0, "grease")},
           Http2Case{"UnknownTypeOnAnIdleStream", frame(0xfa, 0, 51, "grease")},
           Http2Case{"UnknownTypeOnAnOpenStream", post(1) + frame(0xfa, 0, 1, "grease")},
           Http2Case{"UnknownTypeOfTheLargestSize", frame(0x42, 0, 0, std::string(16384, 'x'))},
           Http2Case{"UnknownTypeThatIsEmpty", frame(0x42, 0, 0, "")},
           Http2Case{"AltSvcOfAClient", frame(0xa, 0, 0, std::string("\0\1ah3", 5))},
           Http2Case{"OriginOfAClient", frame(0xc, 0, 0, std::string("\0\1a", 3))},
           Http2Case{"UndefinedFlagsOfPing", h2::ping("12345678", 0xfe)},
           Http2Case{"UndefinedFlagsOfSettings", h2::settings({}, 0xfe)},
           Http2Case{"UndefinedFlagsOfWindowUpdate",
                     frame(h2::type_window_update, 0xff, 0, wire_integer(1, 4))},
           Http2Case{"UndefinedFlagsOfPriority", frame(h2::type_priority, 0xff, 5, priority_fields())},
           Http2Case{"ReservedBitOfTheConnection", frame(h2::type_ping, 0, 0x80000000, "12345678")},
           Http2Case{"ReservedBitOfAnIncrement",
                     frame(h2::type_window_update, 0, 0, wire_integer(0x80000001, 4))}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section4_1, Http2Request,
    Values(Http2Case{"ReservedBitOfAStream", headers(0x80000001, get_fields(), h2::end_stream)},
           Http2Case{"UndefinedFlagsOfHeaders", headers(1, get_fields(), h2::end_stream | 0xd2)},
           Http2Case{"UndefinedFlagsOfData", post(1) + h2::data(1, "x", h2::end_stream | 0xf6)},
           Http2Case{"UndefinedFlagsOfContinuation", frame(h2::type_headers, h2::end_stream, 1, "") +
                                                         h2::continuation(1, h2::block(get_fields()), 0xff)}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section4_2, Http2ConnectionError,
    Values(Http2Case{"DataThatIsTooLarge", post(1) + h2::data(1, std::string(16385, 'x')),
                     h2::frame_size_error},
           Http2Case{"HeadersThatAreTooLarge", headers_of(1, std::string(16385, 'x')), h2::frame_size_error},
           Http2Case{"SettingsThatAreTooLarge", frame(h2::type_settings, 0, 0, std::string(16386, 'x')),
                     h2::frame_size_error},
           Http2Case{"AnUnknownTypeThatIsTooLarge", frame(0xfa, 0, 0, std::string(16385, 'x')),
                     h2::frame_size_error},
           Http2Case{"OnlyTheHeadOfAFrameThatIsTooLarge", h2::frame_head(0xffffff, h2::type_data, 0, 1),
                     h2::frame_size_error}),
    name_of_case);

TEST(Rfc9113Section4_2, AFrameOfTheLargestSizeIsTaken) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, std::string(16384, 'x'), h2::end_stream)));
  EXPECT_EQ(peer.stream(0).body.size(), 16384U);
  expect_http2_open(peer);
}

TEST(Rfc9113Section4_2, NoFrameOfTheServerIsLargerThanTheClientAllows) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::end)
      respond(stream, std::string(60'000, 'b'), {{"x", std::string(40'000, 'h')}});
  };
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).body.size(), 60'000U);
  EXPECT_EQ(peer.answer(1).fields.back().second.size(), 40'000U);
  EXPECT_GE(peer.frames(h2::type_continuation, 1).size(), 1U);
  for (const Http2Frame& each : peer.frames()) EXPECT_LE(each.payload.size(), 16384U);
}

TEST(Rfc9113Section4_3, ASectionMayBeSplitAnywhere) {
  for (const std::size_t piece : {1, 2, 7, 30}) {
    RawHttp2 peer;
    const std::string block = h2::block(get_fields());
    std::string frames = frame(h2::type_headers, h2::end_stream, 1, block.substr(0, piece));
    for (std::size_t at = piece; at < block.size(); at += piece) {
      frames += h2::continuation(1, block.substr(at, piece));
    }
    EXPECT_TRUE(peer.send(frames + h2::continuation(1, "", h2::end_headers)));
    EXPECT_EQ(peer.answer(1).status, "200");
  }
}

// ---- Section 6.1: DATA ----

INSTANTIATE_TEST_SUITE_P(
    Section6_1, Http2ConnectionError,
    Values(Http2Case{"DataOnStream0", h2::data(0, "x")},
           Http2Case{"PaddingAsLongAsThePayload",
                     post(1) + h2::data(1, wire_integer(4, 1) + "abcd", h2::padded | h2::end_stream)
                                   .replace(9, 1, "\x05")},
           Http2Case{"PaddingLongerThanThePayload", post(1) + h2::data(1,
                                                                       "\xff"
                                                                       "abcd",
                                                                       h2::padded)},
           // Section 4.2 would have FRAME_SIZE_ERROR here, which nghttp2 keeps for other frames.
           Http2Case{"PaddedDataWithoutItsLength", post(1) + h2::data(1, "", h2::padded)}),
    name_of_case);

TEST(Rfc9113Section6_1, PaddingIsNoPartOfTheBody) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, with_padding("abc", 5), h2::padded) +
                        h2::data(1, with_padding("", 255), h2::padded) +
                        h2::data(1, with_padding("def", 0), h2::padded) +
                        h2::data(1, "\x02g\x01\x01", h2::padded | h2::end_stream)));
  EXPECT_EQ(peer.stream(0).body, "abcdefg");
  EXPECT_EQ(peer.stream(0).told, "request body end close");
  expect_http2_open(peer);
}

TEST(Rfc9113Section6_1, AnEmptyFrameMayEndARequest) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, "abc") + h2::data(1, "", h2::end_stream)));
  EXPECT_EQ(peer.stream(0).body, "abc");
  EXPECT_EQ(peer.answer(1).status, "200");
}

// ---- Section 6.2: HEADERS ----

INSTANTIATE_TEST_SUITE_P(
    Section6_2, Http2ConnectionError,
    Values(
        Http2Case{"HeadersOnStream0", headers(0, get_fields(), h2::end_stream)},
        Http2Case{"PaddingLongerThanThePayload", headers_of(1,
                                                            "\xff"
                                                            "abcd",
                                                            h2::padded)},
        Http2Case{"PaddingThatReachesIntoPriority",
                  headers_of(1, wire_integer(6, 1) + priority_fields(), h2::padded | h2::with_priority)},
        Http2Case{"PaddedHeadersWithoutItsLength", headers_of(1, "", h2::padded)},
        Http2Case{"PriorityThatIsCutShort", headers_of(1, "abcd", h2::with_priority), h2::frame_size_error},
        // RFC 9113 says nothing of it any more, and RFC 7540 section 5.3.1 had a stream error: nghttp2 goes further.
        Http2Case{"AStreamThatDependsOnItself",
                  headers_of(1, wire_integer(1, 4) + "\x0f" + h2::block(get_fields()),
                             h2::with_priority | h2::end_stream)}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_2, Http2Request,
    Values(Http2Case{"WithPadding",
                     headers_of(1, with_padding(h2::block(get_fields()), 200), h2::padded | h2::end_stream)},
           Http2Case{"WithPriority", headers_of(1, priority_fields() + h2::block(get_fields()),
                                                h2::with_priority | h2::end_stream)},
           Http2Case{"WithPaddingAndPriority",
                     headers_of(1, with_padding(priority_fields() + h2::block(get_fields()), 3),
                                h2::padded | h2::with_priority | h2::end_stream)},
           Http2Case{"WithPaddingOfNoBytes",
                     headers_of(1, with_padding(h2::block(get_fields()), 0), h2::padded | h2::end_stream)},
           Http2Case{"WithPaddingBeforeAContinuation",
                     frame(h2::type_headers, h2::padded | h2::end_stream, 1, with_padding("", 9)) +
                         h2::continuation(1, h2::block(get_fields()), h2::end_headers)}),
    name_of_case);

// ---- Section 6.3: PRIORITY ----

INSTANTIATE_TEST_SUITE_P(
    Section6_3, Http2ConnectionError,
    Values(  // The section has a stream error here, which may be one of the connection (section 5.4.1): nghttp2's way.
        Http2Case{"PriorityThatIsTooShort", frame(h2::type_priority, 0, 1, "abcd"), h2::frame_size_error},
        Http2Case{"PriorityThatIsTooLong", frame(h2::type_priority, 0, 1, "abcdef"), h2::frame_size_error}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_3, Http2Accepted,
    Values(Http2Case{"PriorityOfAnIdleStream", h2::priority(7, 0)},
           Http2Case{"PriorityOfAnOpenStream", post(1) + h2::priority(1, 0)},
           Http2Case{"PriorityOfAClosedStream", get(1) + h2::priority(1, 0)},
           // The section has PROTOCOL_ERROR; nghttp2 reads nothing of the frame but its length.
           Http2Case{"PriorityOnStream0", h2::priority(0, 1)},
           Http2Case{"PriorityOfAStreamOnItself", post(1) + h2::priority(1, 1)}),
    name_of_case);

// ---- Section 6.4: RST_STREAM ----

INSTANTIATE_TEST_SUITE_P(
    Section6_4, Http2ConnectionError,
    Values(Http2Case{"RstStreamOnStream0", h2::rst_stream(0, h2::cancel)},
           Http2Case{"RstStreamOnAnIdleStream", h2::rst_stream(1, h2::cancel)},
           Http2Case{"RstStreamOnAnIdleStreamOfTheServer", h2::rst_stream(2, h2::cancel)},
           Http2Case{"RstStreamThatIsTooShort", post(1) + frame(h2::type_rst_stream, 0, 1, "abc"),
                     h2::frame_size_error},
           Http2Case{"RstStreamThatIsTooLong", post(1) + frame(h2::type_rst_stream, 0, 1, "abcde"),
                     h2::frame_size_error}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_4, Http2Accepted,
    Values(Http2Case{"RstStream", post(1) + h2::rst_stream(1, h2::cancel)},
           Http2Case{"RstStreamWithACodeOfNobody", post(1) + h2::rst_stream(1, 0xfeedbeef)},
           Http2Case{"RstStreamOfAClosedStream", get(1) + h2::rst_stream(1, h2::cancel)},
           Http2Case{"RstStreamTwice", post(1) + h2::rst_stream(1, 8) + h2::rst_stream(1, 8)}),
    name_of_case);

TEST(Rfc9113Section6_4, ARequestThatIsResetIsGivenUpAndNotAnswered) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, "abc") + h2::rst_stream(1, h2::cancel)));
  EXPECT_EQ(peer.stream(0).told, "request body reset close");
  EXPECT_FALSE(peer.answer(1).reset);
  EXPECT_EQ(peer.answer(1).status, "");
  expect_http2_open(peer);
}

// ---- Section 6.6: PUSH_PROMISE ----

INSTANTIATE_TEST_SUITE_P(
    Section6_6, Http2ConnectionError,
    Values(Http2Case{"PushPromiseOfAClient", post(1) + frame(h2::type_push_promise, h2::end_headers, 1,
                                                             wire_integer(2, 4) + h2::block(get_fields()))},
           Http2Case{"PushPromiseOnStream0", frame(h2::type_push_promise, h2::end_headers, 0,
                                                   wire_integer(2, 4) + h2::block(get_fields()))}),
    name_of_case);

// ---- Section 6.7: PING ----

INSTANTIATE_TEST_SUITE_P(
    Section6_7, Http2ConnectionError,
    Values(Http2Case{"PingOnAStream", post(1) + frame(h2::type_ping, 0, 1, "12345678")},
           Http2Case{"PingThatIsTooShort", frame(h2::type_ping, 0, 0, "1234567"), h2::frame_size_error},
           Http2Case{"PingThatIsTooLong", frame(h2::type_ping, 0, 0, "123456789"), h2::frame_size_error},
           Http2Case{"PingThatIsEmpty", frame(h2::type_ping, 0, 0, ""), h2::frame_size_error}),
    name_of_case);

TEST(Rfc9113Section6_7, APingIsAnsweredWithItsBytes) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::ping("abcdefgh") + h2::ping(std::string(8, '\0'))));
  const std::vector<Http2Frame> pings = peer.frames(h2::type_ping);
  ASSERT_EQ(pings.size(), 2U);
  EXPECT_EQ(pings[0].flags, h2::ack);
  EXPECT_EQ(pings[0].payload, "abcdefgh");
  EXPECT_EQ(pings[1].payload, std::string(8, '\0'));
}

TEST(Rfc9113Section6_7, AnAckOfPingIsNotAnswered) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::ping("abcdefgh", h2::ack)));
  EXPECT_TRUE(peer.frames(h2::type_ping).empty());
  expect_http2_open(peer);
}

// ---- Section 6.10: CONTINUATION ----

std::string begun() {
  return frame(h2::type_headers, 0, 1, h2::block({{":method", "GET"}}));
}

INSTANTIATE_TEST_SUITE_P(
    Section6_10, Http2ConnectionError,
    Values(Http2Case{"ContinuationOfNothing", h2::continuation(1, "", h2::end_headers)},
           Http2Case{"ContinuationOnStream0", h2::continuation(0, "", h2::end_headers)},
           Http2Case{"ContinuationBehindEndHeaders", post(1) + h2::continuation(1, "", h2::end_headers)},
           Http2Case{"ContinuationBehindTheLastOne",
                     begun() + h2::continuation(1, h2::block({{":path", "/"}}), h2::end_headers) +
                         h2::continuation(1, "", h2::end_headers)},
           Http2Case{"ContinuationBehindData",
                     post(1) + h2::data(1, "x") + h2::continuation(1, "", h2::end_headers)},
           Http2Case{"ContinuationOfAnotherStream", begun() + h2::continuation(3, "", h2::end_headers)},
           Http2Case{"ContinuationOfStream0", begun() + h2::continuation(0, "", h2::end_headers)},
           Http2Case{"HeadersInTheMiddle", begun() + headers_of(1, "")},
           Http2Case{"HeadersOfAnotherStreamInTheMiddle", begun() + get(3)},
           Http2Case{"DataInTheMiddle", begun() + h2::data(1, "x")},
           Http2Case{"PingInTheMiddle", begun() + h2::ping()},
           Http2Case{"WindowUpdateInTheMiddle", begun() + h2::window_update(0, 1)},
           Http2Case{"RstStreamInTheMiddle", begun() + h2::rst_stream(1, h2::cancel)},
           Http2Case{"PriorityInTheMiddle", begun() + h2::priority(1, 0)},
           // Section 5.5.
           Http2Case{"AnUnknownTypeInTheMiddle", begun() + frame(0xfa, 0, 1, "grease")}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_10, Http2Request,
    Values(Http2Case{"InTwoFrames", h2::split_headers(1, get_fields(), 40, h2::end_stream)},
           Http2Case{"InManyFrames", h2::split_headers(1, get_fields(), 10, h2::end_stream)},
           Http2Case{"WithEmptyFrames", frame(h2::type_headers, h2::end_stream, 1, "") +
                                            h2::continuation(1, "") +
                                            h2::continuation(1, h2::block(get_fields())) +
                                            h2::continuation(1, "", h2::end_headers)},
           Http2Case{"WithABodyBehindIt",
                     h2::split_headers(1, get_fields(), 40) + h2::data(1, "abc", h2::end_stream)},
           Http2Case{"OfTrailers", post(1) + h2::data(1, "abc") +
                                       h2::split_headers(1, {{"a", "b"}, {"c", "d"}}, 7, h2::end_stream)}),
    name_of_case);

}  // namespace
}  // namespace usquic::test::h2
