// RFC 9113 section 8: HTTP messages.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

WireFields h2_without(const char* name) {
  WireFields fields = get_fields();
  std::erase_if(fields, [name](const auto& f) { return f.first == name; });
  return fields;
}

WireFields h2_with(const char* name, const std::string& value) {
  WireFields fields = get_fields();
  for (auto& [own, own_value] : fields) {
    if (own == name) own_value = value;
  }
  return fields;
}

Http2Case request(const char* name, const WireFields& fields) {
  return {name, headers(1, fields, h2::end_stream)};
}

// ---- Section 8.1: frames of a message ----

INSTANTIATE_TEST_SUITE_P(
    Section8_1, Http2StreamError,
    Values(Http2Case{"TrailersThatAreNotTheEnd", post(1) + h2::data(1, "x") + headers(1, {{"a", "b"}})},
           Http2Case{"ASecondRequestOnTheStream", post(1) + get(1)},
           Http2Case{"TrailersWithPseudoHeaderFields",
                     post(1) + h2::data(1, "x") + headers(1, {{":path", "/"}}, h2::end_stream)},
           Http2Case{"TrailersWithUpperCase", post(1) + headers(1, {{"Trailer", "x"}}, h2::end_stream)},
           Http2Case{"TrailersWithConnection",
                     post(1) + headers(1, {{"connection", "close"}}, h2::end_stream)},
           Http2Case{"TrailersWithContentLength",
                     post(1) + h2::data(1, "x") + headers(1, {{"content-length", "1"}}, h2::end_stream)}),
    name_of_case);

TEST(Rfc9113Section8_1, ARequestMayHaveABodyAndTrailers) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, "ab") + h2::data(1, "c") +
                        headers(1, {{"checksum", "1"}, {"signature", "2"}}, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request body trailers end close");
  EXPECT_EQ(peer.stream(0).body, "abc");
  EXPECT_EQ(peer.stream(0).trailers, "checksum=1\nsignature=2\n");
  EXPECT_EQ(peer.answer(1).status, "200");
}

TEST(Rfc9113Section8_1, ARequestMayHaveTrailersAndNoBody) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(post(1) + headers(1, {{"checksum", "1"}}, h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "request trailers end close");
}

TEST(Rfc9113Section8_1, AResponseMayEndBeforeTheRequestAndTellsSo) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::request) return;
    respond(stream, stream.has_body ? "enough" : "");
    stream.stop_receiving();
  };
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, "x")));
  EXPECT_EQ(peer.answer(1).body, "enough");
  EXPECT_TRUE(peer.answer(1).has_ended);
  EXPECT_EQ(peer.answer(1).reset, h2::no_error);
  EXPECT_EQ(peer.stream(0).body, "");
  EXPECT_EQ(peer.stream(0).told, "request close");
  expect_http2_open(peer);
}

TEST(Rfc9113Section8_1, AResponseMayBeginBeforeTheRequestEnds) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::request) begin_response(stream);
    if (event == RawHttp2::Event::body) stream.write("echo ");
    if (event == RawHttp2::Event::end) stream.shutdown();
  };
  EXPECT_TRUE(peer.send(post(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_TRUE(peer.send(h2::data(1, "a")));
  EXPECT_EQ(peer.answer(1).body, "echo ");
  EXPECT_TRUE(peer.send(h2::data(1, "b", h2::end_stream)));
  EXPECT_EQ(peer.answer(1).body, "echo echo ");
  EXPECT_TRUE(peer.answer(1).has_ended);
}

TEST(Rfc9113Section8_1_1, AMalformedRequestReachesNoApplication) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(headers(1, h2_without(":path"), h2::end_stream)));
  EXPECT_EQ(peer.stream(0).told, "close");
  EXPECT_EQ(peer.answer(1).status, "");
  EXPECT_EQ(peer.refusals.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Section8_1_1, Http2StreamError,
    Values(Http2Case{"BodyShorterThanContentLength",
                     post(1, {{"content-length", "3"}}) + h2::data(1, "ab", h2::end_stream)},
           Http2Case{"BodyLongerThanContentLength",
                     post(1, {{"content-length", "3"}}) + h2::data(1, "abcd", h2::end_stream)},
           Http2Case{"BodyLongerThanContentLengthWithoutAnEnd",
                     post(1, {{"content-length", "3"}}) + h2::data(1, "abcd")},
           Http2Case{"NoBodyDespiteContentLength", get(1, {{"content-length", "1"}})},
           Http2Case{"BodyDespiteContentLengthOf0",
                     post(1, {{"content-length", "0"}}) + h2::data(1, "a", h2::end_stream)},
           Http2Case{"TrailersBeforeAllOfTheBody", post(1, {{"content-length", "3"}}) + h2::data(1, "ab") +
                                                       headers(1, {{"a", "b"}}, h2::end_stream)},
           Http2Case{"ContentLengthThatIsNegative", get(1, {{"content-length", "-1"}})},
           Http2Case{"ContentLengthThatIsAList",
                     post(1, {{"content-length", "1, 1"}}) + h2::data(1, "a", h2::end_stream)},
           Http2Case{"ContentLengthsThatDiffer", post(1, {{"content-length", "1"}, {"content-length", "2"}})},
           Http2Case{"ContentLengthBeyond64Bits", post(1, {{"content-length", "99999999999999999999"}})}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section8_1_1, Http2Request,
    Values(Http2Case{"BodyOfContentLength", post(1, {{"content-length", "3"}}) + h2::data(1, "ab") +
                                                h2::data(1, "c", h2::end_stream)},
           Http2Case{"ContentLengthOf0", get(1, {{"content-length", "0"}})},
           Http2Case{"ContentLengthWithPadding",
                     post(1, {{"content-length", "3"}}) +
                         h2::data(1, std::string("\2abc\0\0", 6), h2::padded | h2::end_stream)},
           Http2Case{"ContentLengthBeforeTrailers", post(1, {{"content-length", "1"}}) + h2::data(1, "a") +
                                                        headers(1, {{"a", "b"}}, h2::end_stream)}),
    name_of_case);

// ---- Section 8.2: fields ----

INSTANTIATE_TEST_SUITE_P(Section8_2_1, Http2StreamError,
                         Values(request("NameInUpperCase", get_fields({{"X-Upper", "x"}})),
                                request("NameWithASpace", get_fields({{"a b", "x"}})),
                                request("NameWithAColon", get_fields({{"a:b", "x"}})),
                                request("NameThatIsEmpty", get_fields({{"", "x"}})),
                                request("NameWithAByteAbove127", get_fields({{"x\xc3\xa4", "x"}})),
                                request("NameWithALineFeed", get_fields({{"a\nb", "x"}})),
                                request("NameWithNul", get_fields({{std::string("a\0", 2), "x"}})),
                                request("NameWithDel", get_fields({{"a\x7f", "x"}})),
                                request("ValueWithALineFeed", get_fields({{"x", "a\nb"}})),
                                request("ValueWithACarriageReturn", get_fields({{"x", "a\rb"}})),
                                request("ValueWithNul", get_fields({{"x", std::string("a\0b", 3)}})),
                                request("ValueBehindASpace", get_fields({{"x", " a"}})),
                                request("ValueBeforeASpace", get_fields({{"x", "a "}})),
                                request("ValueBehindATab", get_fields({{"x", "\ta"}})),
                                request("ValueBeforeATab", get_fields({{"x", "a\t"}})),
                                request("PathWithALineFeed", h2_with(":path", "/a\nb"))),
                         name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section8_2_1, Http2Request,
    Values(request("ValueThatIsEmpty", get_fields({{"x", ""}})),
           request("ValueWithSpacesInside", get_fields({{"x", "a \t b"}})),
           request("ValueWithBytesAbove127", get_fields({{"x", "\xc3\xa4\xff"}})),
           request("NameWithAllTokenCharacters", get_fields({{"!#$%&'*+-.^_`|~09az", "x"}})),
           request("ManyFieldsOfAName", get_fields({{"x", "1"}, {"x", "2"}, {"x", "3"}}))),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(Section8_2_2, Http2StreamError,
                         Values(request("Connection", get_fields({{"connection", "close"}})),
                                request("KeepAlive", get_fields({{"keep-alive", "timeout=5"}})),
                                request("ProxyConnection", get_fields({{"proxy-connection", "x"}})),
                                request("TransferEncoding", get_fields({{"transfer-encoding", "chunked"}})),
                                request("Upgrade", get_fields({{"upgrade", "h2c"}})),
                                request("TeOfACoding", get_fields({{"te", "gzip"}})),
                                request("TeOfTrailersAndACoding", get_fields({{"te", "trailers, gzip"}}))),
                         name_of_case);

INSTANTIATE_TEST_SUITE_P(Section8_2_2, Http2Request,
                         Values(request("TeOfTrailers", get_fields({{"te", "trailers"}}))), name_of_case);

TEST(Rfc9113Section8_2_3, CrumbsOfCookiesAreFieldsOfTheirOwn) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(1, {{"cookie", "a=b"}, {"cookie", "c=d"}})));
  EXPECT_NE(peer.stream(0).request.find("cookie=a=b\ncookie=c=d\n"), std::string::npos);
}

// ---- Section 8.3: pseudo-header fields ----

INSTANTIATE_TEST_SUITE_P(
    Section8_3, Http2StreamError,
    Values(
        request("NothingAtAll", {}), request("NoMethod", h2_without(":method")),
        request("NoScheme", h2_without(":scheme")), request("NoPath", h2_without(":path")),
        request("NoAuthorityAndNoHost", h2_without(":authority")),
        request("MethodTwice", get_fields({{":method", "GET"}})),
        request("PathTwice", get_fields({{":path", "/"}})),
        request("SchemeTwice", get_fields({{":scheme", "https"}})),
        request("AuthorityTwice", get_fields({{":authority", "a"}})),
        request("BehindAField",
                {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"x", "y"}, {":authority", "a"}}),
        request("OfResponses", get_fields({{":status", "200"}})),
        request("OfNobody", get_fields({{":unknown", "x"}})),
        request("InUpperCase", get_fields({{":Path", "/"}})),
        request("PathThatIsEmpty", h2_with(":path", "")), request("PathThatIsNone", h2_with(":path", "a")),
        request("AsteriskOfAGet", h2_with(":path", "*")),
        request("MethodThatIsEmpty", h2_with(":method", "")),
        request("MethodThatIsNoToken", h2_with(":method", "G T")),
        request("SchemeThatIsNone", h2_with(":scheme", "1x")),
        request("AuthorityThatIsEmpty", h2_with(":authority", "")),
        request("AuthorityWithUserinfo", h2_with(":authority", "user@a")),
        request("HostThatDiffers", get_fields({{"host", "b"}}))),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section8_3_1, Http2Request,
    Values(request("AnyOrder",
                   {{":path", "/"}, {":authority", "a"}, {":method", "GET"}, {":scheme", "https"}}),
           request("HostInsteadOfAuthority",
                   {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "a"}}),
           request("HostAsAuthority", get_fields({{"host", "a"}})),
           request("AsteriskOfOptions",
                   {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "a"}, {":path", "*"}}),
           request("AMethodOfNobody", h2_with(":method", "BREW")),
           request("PathWithAQuery", h2_with(":path", "/a?b=c")),
           request("AnotherScheme", h2_with(":scheme", "coap"))),
    name_of_case);

// ---- Section 8.5: CONNECT ----

WireFields connect_fields(const WireFields& more = {}) {
  WireFields fields{{":method", "CONNECT"}, {":authority", "a:443"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

INSTANTIATE_TEST_SUITE_P(Section8_5, Http2StreamError,
                         Values(request("ConnectWithAScheme", connect_fields({{":scheme", "https"}})),
                                request("ConnectWithAPath", connect_fields({{":path", "/"}})),
                                request("ConnectToNobody", {{":method", "CONNECT"}}),
                                request("ConnectWithoutAPort", {{":method", "CONNECT"}, {":authority", "a"}}),
                                // RFC 8441 section 4.
                                request("ExtendedConnectWithoutAPath",
                                        connect_fields({{":scheme", "https"}, {":protocol", "websocket"}})),
                                request("ExtendedConnectWithoutAScheme",
                                        connect_fields({{":path", "/"}, {":protocol", "websocket"}})),
                                request("ProtocolOfAGet", get_fields({{":protocol", "websocket"}}))),
                         name_of_case);

TEST(Rfc8441Section4, ExtendedConnectReachesTheApplication) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::request) begin_response(stream);
    if (event == RawHttp2::Event::body) stream.write("pong");
  };
  const WireFields fields =
      connect_fields({{":scheme", "https"}, {":path", "/"}, {":protocol", "websocket"}});
  EXPECT_TRUE(peer.send(headers(1, fields) + h2::data(1, "ping")));
  EXPECT_EQ(peer.stream(0).request,
            ":method=CONNECT\n:authority=a:443\n:scheme=https\n:path=/\n:protocol=websocket\n");
  EXPECT_EQ(peer.answer(1).body, "pong");
  EXPECT_FALSE(peer.answer(1).has_ended);
}

TEST(Rfc9113Section8_5, ConnectReachesTheApplicationAndCarriesBytesBothWays) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::request) begin_response(stream);
    if (event == RawHttp2::Event::body) stream.write("pong");
    if (event == RawHttp2::Event::end) stream.shutdown();
  };
  EXPECT_TRUE(peer.send(headers(1, connect_fields()) + h2::data(1, "ping")));
  EXPECT_EQ(peer.stream(0).request, ":method=CONNECT\n:authority=a:443\n");
  EXPECT_EQ(peer.answer(1).body, "pong");
  EXPECT_FALSE(peer.answer(1).has_ended);
  EXPECT_TRUE(peer.send(h2::data(1, "", h2::end_stream)));
  EXPECT_TRUE(peer.answer(1).has_ended);
}

// ---- Responses ----

TEST(Rfc9113Section8_1, InformationalResponsesComeBeforeTheFinalOne) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::end) return;
    EXPECT_TRUE(stream.send_headers(native_fields({{":status", "100"}}), false));
    EXPECT_TRUE(stream.send_headers(native_fields({{":status", "103"}, {"link", "</a>"}}), false));
    respond(stream, "body");
  };
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).informational, (std::vector<std::string>{"100", "103"}));
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_EQ(peer.answer(1).body, "body");
  for (const Http2Frame& frame : peer.frames(h2::type_headers, 1)) EXPECT_EQ(frame.flags & h2::end_stream, 0);
}

TEST(Rfc9113Section8_1, AResponseWithoutABodyEndsWithItsSection) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(1)));
  ASSERT_EQ(peer.frames(h2::type_headers, 1).size(), 1U);
  EXPECT_EQ(peer.frames(h2::type_headers, 1)[0].flags, h2::end_stream | h2::end_headers);
  EXPECT_TRUE(peer.frames(h2::type_data, 1).empty());
}

TEST(Rfc9113Section8_1, AResponseMayHaveTrailers) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::end) return;
    begin_response(stream);
    EXPECT_EQ(stream.write("body"), 4);
    EXPECT_TRUE(stream.send_headers(native_fields({{"checksum", "1"}}), true));
  };
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_EQ(peer.answer(1).body, "body");
  EXPECT_EQ(peer.answer(1).trailers, (WireFields{{"checksum", "1"}}));
  EXPECT_TRUE(peer.answer(1).has_ended);
}

TEST(Rfc9113Section8_2_2, ResponsesThatHttp2DoesNotAllowAreNotSent) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(get(1)));
  const std::vector<WireFields> wrong = {
      {{":status", "200"}, {"connection", "close"}},
      {{":status", "200"}, {"transfer-encoding", "chunked"}},
      {{":status", "200"}, {"x", "a\r\nb"}},
      {{":status", "200"}, {"a b", "x"}},
      {{":status", "200"}, {"X-Upper", "x"}},
      {{"x", "y"}, {":status", "200"}},
      {{":status", "200"}, {":status", "200"}},
      {{":status", "20"}},
      {{":status", "101"}},
      {},
  };
  for (const WireFields& fields : wrong) {
    EXPECT_EQ(peer.stream(0).send_headers(native_fields(fields), false).error(), US_QUIC_E_HEADERS);
  }
  respond(peer.stream(0));
  peer.run();
  EXPECT_EQ(peer.answer(1).status, "200");
}

}  // namespace
}  // namespace usquic::test::h2
