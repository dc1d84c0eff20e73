#include "http3/codec.h"

#include <gtest/gtest.h>

#include "http3_pair.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {
namespace {

TEST(Codec, CarriesARequestAndItsResponse) {
  TestPair pair;
  TestStream& s = pair.request(0, with(get_request, {{"user-agent", "test"}}));
  pair.run();
  ASSERT_EQ(pair.server.stream(0).sections.size(), 1u);
  EXPECT_EQ(pair.server.stream(0).sections[0].kind, US_QUIC_HEADERS_MESSAGE);
  EXPECT_TRUE(pair.server.stream(0).sections[0].end_stream);
  EXPECT_EQ(pair.server.stream(0).sections[0].fields, with(get_request, {{"user-agent", "test"}}));
  EXPECT_EQ(pair.server.stream(0).ends, 1);
  respond(pair, 0, {{":status", "200"}, {"content-length", "5"}}, "hello");
  pair.run();
  ASSERT_EQ(s.sections.size(), 1u);
  EXPECT_EQ(s.sections[0].fields[0].second, "200");
  EXPECT_FALSE(s.sections[0].end_stream);
  EXPECT_EQ(s.body, "hello");
  EXPECT_EQ(s.ends, 1);
  EXPECT_TRUE(pair.errors.empty());
}

class Http3Bodies : public testing::TestWithParam<std::tuple<std::size_t, std::size_t, bool>> {};

TEST_P(Http3Bodies, ArriveByteExactBothWaysAndAreCountedExactly) {
  const auto [length, piece, hold] = GetParam();
  TestPair pair;
  pair.piece = piece;
  pair.hold_acknowledgements = hold;
  const std::string up = pattern(length), down = pattern(length + 1);
  TestStream& s = pair.client.make(0);
  pair.client.http3->open_request(0, s.http3);
  ASSERT_EQ(pair.client.send(0, http::SectionKind::request, get_request), 0);
  pair.client.write(0, up, true);
  EXPECT_EQ(s.http3.unsent(), length);
  pair.run();
  EXPECT_EQ(s.http3.unsent(), 0u);
  respond(pair, 0, {{":status", "200"}}, down);
  pair.run();
  TestStream& remote = pair.server.stream(0);
  EXPECT_TRUE(remote.body == up);
  EXPECT_TRUE(s.body == down);
  EXPECT_EQ(remote.ends + s.ends, 2);
  EXPECT_EQ(remote.http3.unsent(), 0u);
  EXPECT_EQ(remote.http3.output.acknowledged(), hold ? 0u : remote.http3.output.accepted());
  // Every byte that came is either body or was consumed by the framing.
  EXPECT_EQ(pair.server.consumed + pair.server.body_bytes, pair.total[0]);
  EXPECT_EQ(pair.client.consumed + pair.client.body_bytes, pair.total[1]);
  pair.acknowledge();
  EXPECT_EQ(remote.http3.output.acknowledged(), remote.http3.output.accepted());
  EXPECT_TRUE(pair.errors.empty());
}

INSTANTIATE_TEST_SUITE_P(SizesPiecesAndDelays, Http3Bodies,
                         testing::Values(std::tuple{0u, 1u << 20, false}, std::tuple{0u, 1u, true},
                                         std::tuple{1u, 1u, false}, std::tuple{1200u, 1u, true},
                                         std::tuple{70000u, 1u, true}, std::tuple{70000u, 7u, false},
                                         std::tuple{5u << 20, 1u << 20, true},
                                         std::tuple{5u << 20, 1200u, false}));

TEST(Codec, CountsTheBodyAsUnsentUntilItIsTaken) {
  TestPair pair;
  TestStream& s = pair.request(0, get_request, false);
  EXPECT_EQ(s.http3.unsent(), 0u) << "of the body; the head waits";
  pair.client.write(0, pattern(100000));
  EXPECT_EQ(s.http3.unsent(), 100000u);
  while (s.http3.output.untaken() > 0) {
    const std::size_t before = s.http3.unsent();
    pair.take(pair.client);
    ASSERT_LE(s.http3.unsent(), before);
    ASSERT_EQ(s.http3.unsent(), std::min<std::size_t>(100000, s.http3.output.untaken()));
  }
  EXPECT_EQ(s.http3.unsent(), 0u);
}

TEST(Codec, CarriesInformationalFinalAndTrailers) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
    TestPair pair;
    pair.piece = piece;
    TestStream& s = pair.request(0, get_request);
    pair.run();
    constexpr auto informational = http::SectionKind::informational;
    EXPECT_EQ(pair.server.send(0, informational, Fields{{":status", "103"}, {"link", "</x.css>"}}), 0);
    EXPECT_EQ(pair.server.send(0, informational, Fields{{":status", "100"}}), 0);
    respond(pair, 0, {{":status", "200"}}, "body", false);
    pair.run();
    pair.server.stream(0).http3.fin = true;
    EXPECT_EQ(pair.server.send(0, http::SectionKind::trailers, Fields{{"checksum", "42"}}), 0);
    pair.run();
    ASSERT_EQ(s.sections.size(), 4u);
    EXPECT_EQ(s.sections[0].kind, US_QUIC_HEADERS_INFORMATIONAL);
    EXPECT_EQ(s.sections[0].fields[1].second, "</x.css>");
    EXPECT_EQ(s.sections[1].kind, US_QUIC_HEADERS_INFORMATIONAL);
    EXPECT_EQ(s.sections[2].kind, US_QUIC_HEADERS_MESSAGE);
    EXPECT_EQ(s.sections[3].kind, US_QUIC_HEADERS_TRAILERS);
    EXPECT_EQ(s.sections[3].fields, (Fields{{"checksum", "42"}}));
    EXPECT_EQ(s.body, "body");
    EXPECT_EQ(s.ends, 1);
    EXPECT_TRUE(pair.errors.empty());
  }
}

TEST(Codec, CarriesRequestTrailers) {
  TestPair pair;
  TestStream& s = pair.request(0, get_request, false);
  pair.client.write(0, "upload");
  s.http3.fin = true;
  EXPECT_EQ(pair.client.send(0, http::SectionKind::trailers, Fields{{"sum", "1"}}), 0);
  pair.run();
  TestStream& remote = pair.server.stream(0);
  ASSERT_EQ(remote.sections.size(), 2u);
  EXPECT_EQ(remote.sections[1].kind, US_QUIC_HEADERS_TRAILERS);
  EXPECT_EQ(remote.body, "upload");
  EXPECT_EQ(remote.ends, 1);
}

TEST(Codec, ResponsesWithoutBodyEndWithTheirHeaders) {
  TestPair pair;
  TestStream& head =
      pair.request(0, {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
  TestStream& none = pair.request(4, get_request);
  TestStream& same = pair.request(8, get_request);
  pair.run();
  respond(pair, 0, {{":status", "200"}, {"content-length", "1000"}}, "");
  respond(pair, 4, {{":status", "204"}}, "");
  respond(pair, 8, {{":status", "304"}, {"content-length", "7"}}, "");
  pair.run();
  for (const TestStream* s : {&head, &none, &same}) {
    EXPECT_EQ(s->sections.size(), 1u);
    EXPECT_EQ(s->ends, 1);
  }
  EXPECT_TRUE(pair.client.resets.empty());
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Codec, BodyInAResponseToHeadIsMalformed) {
  TestPair pair;
  pair.request(0, {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
  pair.run();
  respond(pair, 0, {{":status", "200"}}, "x");
  pair.run();
  EXPECT_EQ(pair.client.resets[0], US_QUIC_H3_MESSAGE_ERROR);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Codec, BodyWrittenInManySteps) {
  TestPair pair;
  TestStream& s = pair.request(0, get_request, false);
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string piece = pattern(static_cast<std::size_t>(i) * 37);
    all += piece;
    pair.client.write(0, piece);
    pair.run();
    ASSERT_EQ(s.http3.unsent(), 0u);
  }
  pair.client.finish(0);
  pair.run();
  EXPECT_TRUE(pair.server.stream(0).body == all);
  EXPECT_EQ(pair.server.stream(0).ends, 1);
}

TEST(Codec, RefusedRequestsAreRejected) {
  TestPair pair;
  pair.server.refuse = true;
  pair.request(0, get_request);
  pair.piece = 1;
  pair.run();
  EXPECT_EQ(pair.server.resets[0], US_QUIC_H3_REQUEST_REJECTED);
  EXPECT_EQ(pair.server.stops[0], US_QUIC_H3_REQUEST_REJECTED);
  EXPECT_EQ(pair.server.consumed, pair.total[0]);
  EXPECT_TRUE(pair.server.http3->stream_closed(0));
}

TEST(Codec, GoawayNamesTheRequestAfterTheLatestThoughItIsOver) {
  TestPair pair;
  pair.request(0, get_request);
  pair.request(4, get_request);
  pair.run();
  EXPECT_TRUE(pair.server.http3->stream_closed(4));
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::begun));
  pair.run();
  EXPECT_EQ(pair.client.goaways, std::vector<std::int64_t>{8});
  EXPECT_FALSE(pair.server.http3->is_drained());
  EXPECT_TRUE(pair.server.http3->stream_closed(0));
  EXPECT_TRUE(pair.server.http3->is_drained());
}

TEST(Codec, GoawayGoesOutInTwoStepsAndLaterRequestsAreRefused) {
  TestPair pair;
  pair.request(0, get_request);
  pair.run();
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::noticed));
  pair.run();
  ASSERT_EQ(pair.client.goaways.size(), 1u);
  EXPECT_EQ(pair.client.goaways[0], (std::int64_t{1} << 62) - 4);
  EXPECT_FALSE(pair.server.http3->is_drained());
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::begun));
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::begun));
  EXPECT_TRUE(pair.server.http3->shut_down(Codec::Shutdown::noticed));
  pair.run();
  ASSERT_EQ(pair.client.goaways.size(), 2u);
  EXPECT_EQ(pair.client.goaways[1], 4);
  // A request that was on its way.
  ASSERT_EQ(pair.server.http3->read(4, as_bytes("\x01\x10"), false), ConnectionError::none);
  ASSERT_EQ(pair.server.http3->read(4, as_bytes("abc"), false), ConnectionError::none);
  EXPECT_EQ(pair.server.resets[4], US_QUIC_H3_REQUEST_REJECTED);
  EXPECT_EQ(pair.server.streams.count(4), 0u);
  EXPECT_FALSE(pair.server.http3->is_drained());
  respond(pair, 0, {{":status", "200"}}, "done");
  pair.run();
  EXPECT_EQ(pair.client.stream(0).body, "done");
  EXPECT_TRUE(pair.server.http3->stream_closed(0));
  EXPECT_TRUE(pair.server.http3->stream_closed(4));
  EXPECT_TRUE(pair.server.http3->is_drained());
}

TEST(Codec, FlagsOfFieldsTravelAndStaticFieldsAreTheSame) {
  TestPair pair;
  TestStream& s = pair.client.make(0);
  s.http3.fin = true;
  auto headers = to_headers(get_request, US_QUIC_HEADER_STATIC);
  headers.push_back({"authorization", 13, "secret", 6, US_QUIC_HEADER_NEVER_INDEX});
  pair.client.http3->open_request(0, s.http3);
  EXPECT_EQ(pair.client.send(0, http::SectionKind::request, headers), 0);
  pair.run();
  const auto& section = pair.server.stream(0).sections.at(0);
  EXPECT_EQ(section.fields, with(get_request, {{"authorization", "secret"}}));
  EXPECT_EQ(section.flags, (std::vector<unsigned>{0, 0, 0, 0, US_QUIC_HEADER_NEVER_INDEX}));
}

TEST(Codec, ConnectAndExtendedConnectOpenTunnels) {
  TestPair pair;
  pair.request(0, {{":method", "CONNECT"}, {":authority", "example.org:443"}}, false);
  pair.request(4,
               {{":method", "CONNECT"},
                {":protocol", "websocket"},
                {":scheme", "https"},
                {":authority", "example.org"},
                {":path", "/chat"}},
               false);
  pair.run();
  for (const std::int64_t id : {0, 4}) {
    respond(pair, id, {{":status", "200"}}, "from the server", false);
    pair.client.write(id, "from the client");
  }
  pair.run();
  for (const std::int64_t id : {0, 4}) {
    EXPECT_EQ(pair.client.stream(id).body, "from the server");
    EXPECT_EQ(pair.server.stream(id).body, "from the client");
  }
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Codec, SectionsThatMayNotBeSentAreRefusedAndAddNothing) {
  TestPair pair;
  TestStream& s = pair.client.make(0);
  pair.client.http3->open_request(0, s.http3);
  EXPECT_EQ(pair.client.send(0, http::SectionKind::request, Fields{{":method", "GET"}}), US_QUIC_E_HEADERS);
  EXPECT_EQ(s.http3.output.untaken(), 0u);
  EXPECT_EQ(s.http3.sent(), MessageState::Sent::nothing);
  s.http3.fin = true;
  EXPECT_EQ(pair.client.send(0, http::SectionKind::request, get_request), 0);
  EXPECT_EQ(s.http3.sent(), MessageState::Sent::message);
  pair.run();
  EXPECT_EQ(pair.server.send(0, http::SectionKind::informational, Fields{{":status", "200"}}),
            US_QUIC_E_HEADERS);
  EXPECT_EQ(pair.server.stream(0).http3.output.untaken(), 0u);
}

// A request may be made before there is a connection.
TEST(Codec, ARequestThatWasMadeBeforeItsStreamIsOpenIsSentAsItIs) {
  TestPair pair;
  TestStream& s = pair.client.make(0);
  ASSERT_TRUE(s.http3.send_section(http::SectionKind::request, to_headers(get_request)));
  ASSERT_TRUE(s.http3.write(as_bytes("early")));
  s.http3.fin = true;
  pair.client.http3->open_request(0, s.http3);
  pair.client.schedule(s);
  pair.run();
  EXPECT_EQ(pair.server.stream(0).sections.at(0).fields, get_request);
  EXPECT_EQ(pair.server.stream(0).body, "early");
  EXPECT_EQ(pair.server.stream(0).ends, 1);
}

// What waits for its ID uses the table too, and is acknowledged under the ID that it gets.
TEST(Codec, ARequestThatWaitsForItsStreamUsesTheTable) {
  TestPair pair;
  const Fields fields = with(get_request, {{"user-agent", "a value that is worth a table entry"}});
  for (const std::int64_t id : {0, 4, 8}) {
    pair.request(id, fields);
    pair.run();
  }
  TestStream& s = pair.client.make(12);
  pair.client.http3->expect_request(s.http3);
  {
    MessageState abandoned(nullptr, pair.client.pool);
    pair.client.http3->expect_request(abandoned);
    ASSERT_TRUE(abandoned.send_section(http::SectionKind::request, to_headers(fields)));
  }
  s.http3.fin = true;
  ASSERT_TRUE(s.http3.send_section(http::SectionKind::request, to_headers(fields)));
  EXPECT_LT(s.http3.output.untaken(), 20u);
  pair.client.http3->open_request(12, s.http3);
  pair.client.schedule(s);
  pair.run();
  EXPECT_EQ(pair.server.stream(12).sections.at(0).fields, fields);
  EXPECT_TRUE(pair.errors.empty());
}

TEST(Codec, ARequestThatWaitsForItsStreamMayOutliveTheCodec) {
  BlockPool pool;
  MessageState waiting(nullptr, pool);
  {
    TestSide client({.is_server = false, .max_header_list_size = 65536});
    client.http3->expect_request(waiting);
  }
  EXPECT_TRUE(waiting.send_section(http::SectionKind::request, to_headers(get_request)));
}

TEST(Codec, PeerSettingsAreKnownWhenTheyCame) {
  TestPair pair(1234);
  EXPECT_EQ(pair.client.http3->peer_settings(), nullptr);
  pair.run();
  ASSERT_NE(pair.client.http3->peer_settings(), nullptr);
  EXPECT_EQ(pair.client.http3->peer_settings()->max_field_section_size, 1234u);
  EXPECT_TRUE(pair.client.http3->peer_settings()->extended_connect);
}

}  // namespace
}  // namespace usquic::http3
