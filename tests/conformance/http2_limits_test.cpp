// RFC 9113 section 10.5: what a client may ask for that costs it next to nothing.
#include "http2/flood_guard.h"
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

constexpr std::uint32_t per_second = 10;
constexpr std::uint32_t burst = per_second * http2::FloodGuard::burst_seconds;

void expect_calmed(RawHttp2& peer) {
  expect_http2_closed(peer, h2::enhance_your_calm);
  EXPECT_EQ(peer.refusals.size(), 1U);
}

// ---- Streams that are reset ----

// Bytes that begin a stream and have it reset, by whoever.
struct ResetCase {
  const char* name;
  std::string (*bytes)(std::uint32_t id);
};

std::string name_of_reset(const testing::TestParamInfo<ResetCase>& info) {
  return info.param.name;
}

class Http2Resets : public testing::TestWithParam<ResetCase> {};

TEST_P(Http2Resets, AboveTheirLimitEndTheConnection) {
  RawHttp2 peer({.stream_window = 1000, .max_resets_per_second = per_second});
  std::uint32_t id = 1;
  for (; id < 1 + 2 * burst; id += 2) ASSERT_TRUE(peer.send(GetParam().bytes(id))) << id;
  EXPECT_FALSE(peer.goaway());
  EXPECT_FALSE(peer.send(GetParam().bytes(id)));
  expect_http2_closed(peer, h2::enhance_your_calm);
}

TEST_P(Http2Resets, WithinTheirLimitAreServedForever) {
  RawHttp2 peer({.stream_window = 1000, .max_resets_per_second = per_second});
  std::uint32_t id = 1;
  for (std::uint32_t i = 0; i < 5 * burst; ++i, id += 2) {
    ASSERT_TRUE(peer.send(GetParam().bytes(id))) << id;
    peer.now += std::chrono::milliseconds(1000 / per_second);
  }
  expect_http2_open(peer, id);
}

INSTANTIATE_TEST_SUITE_P(
    Section10_5, Http2Resets,
    Values(ResetCase{"OfTheClient",
                     [](std::uint32_t id) { return post(id) + h2::rst_stream(id, h2::cancel); }},
           ResetCase{"ForRequestsThatAreMalformed",
                     [](std::uint32_t id) {
                       return get(id, {{"connection", "x"}});
                     }},
           ResetCase{"ForBodiesThatAreTooLong",
                     [](std::uint32_t id) {
                       return post(id, {{"content-length", "1"}}) + h2::data(id, "xyz");
                     }},
           ResetCase{"ForWindowsThatAreTooLarge",
                     [](std::uint32_t id) { return post(id) + h2::window_update(id, 0x7fffffff); }},
           ResetCase{"ForWindowsThatAreOverrun",
                     [](std::uint32_t id) { return post(id) + h2::data(id, std::string(1001, 'x')); }},
           ResetCase{"ForTrailersThatAreMalformed",
                     [](std::uint32_t id) {
                       return post(id) + h2::headers(id, {{":path", "/"}}, h2::end_stream);
                     }}),
    name_of_reset);

TEST(Rfc9113Section10_5, StreamsThatAreRefusedCountAsReset) {
  RawHttp2 peer(RawHttp2::Bare{}, {.max_streams = 1, .max_resets_per_second = per_second});
  // It does not say that it knows the limit.
  ASSERT_TRUE(peer.send(std::string(h2::preface) + h2::settings({}) + post(1)));
  std::uint32_t id = 3;
  for (; id < 3 + 2 * burst; id += 2) ASSERT_TRUE(peer.send(get(id))) << id;
  EXPECT_FALSE(peer.send(get(id)));
  expect_http2_closed(peer, h2::enhance_your_calm);
}

TEST(Rfc9113Section10_5, ManyResetsInOnePieceAreCountedToo) {
  RawHttp2 peer({.max_resets_per_second = per_second});
  std::string bytes;
  for (std::uint32_t id = 1; id < 1 + 4 * burst; id += 2) bytes += post(id) + h2::rst_stream(id, h2::cancel);
  EXPECT_FALSE(peer.send(bytes));
  expect_calmed(peer);
  EXPECT_EQ(peer.stream_count(), burst + 1);
}

TEST(Rfc9113Section10_5, ResetsWithoutALimitAreServed) {
  RawHttp2 peer;
  for (std::uint32_t id = 1; id < 4000; id += 2) {
    ASSERT_TRUE(peer.send(post(id) + h2::rst_stream(id, h2::cancel)));
  }
  expect_http2_open(peer, 4001);
}

TEST(Rfc9113Section10_5, ResponsesThatEndTheirRequestEarlyAreNoFaultOfTheClient) {
  RawHttp2 peer({.max_resets_per_second = 1});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::request) return;
    respond(stream);
    stream.stop_receiving();
  };
  for (std::uint32_t id = 1; id < 200; id += 2) ASSERT_TRUE(peer.send(post(id)));
  EXPECT_EQ(peer.answer(199).reset, h2::no_error);
  expect_http2_open(peer, 201);
}

// ---- Frames that bring nothing ----

class Http2Floods : public testing::TestWithParam<Http2Case> {};

TEST_P(Http2Floods, AboveTheirLimitEndTheConnection) {
  RawHttp2 peer({.max_controls_per_second = per_second});
  ASSERT_TRUE(peer.send(post(1)));
  std::uint32_t count = 0;
  while (count < 2 * burst && peer.send(GetParam().bytes)) ++count;
  expect_calmed(peer);
  // The greeting had SETTINGS and its acknowledgement.
  EXPECT_EQ(count, burst - 2);
}

TEST_P(Http2Floods, WithinTheirLimitAreTakenForever) {
  RawHttp2 peer({.max_controls_per_second = per_second});
  ASSERT_TRUE(peer.send(post(1)));
  for (std::uint32_t i = 0; i < 5 * burst; ++i) {
    ASSERT_TRUE(peer.send(GetParam().bytes)) << i;
    peer.now += std::chrono::milliseconds(1000 / per_second);
  }
  expect_http2_open(peer);
}

INSTANTIATE_TEST_SUITE_P(
    Section10_5, Http2Floods,
    Values(Http2Case{"OfSettings", h2::settings({})},
           Http2Case{"OfSettingsThatChange", h2::settings({{h2::header_table_size, 0}})},
           Http2Case{"OfPing", h2::ping()}, Http2Case{"OfAcksOfPing", h2::ping("12345678", h2::ack)},
           Http2Case{"OfEmptyData", h2::data(1, "")},
           Http2Case{"OfDataThatIsAllPadding", h2::data(1, std::string(4, '\3'), h2::padded)},
           Http2Case{"OfDataWithEmptyPadding", h2::data(1, std::string(1, '\0'), h2::padded)},
           Http2Case{"OfWindowUpdate", h2::window_update(0, 1)},
           Http2Case{"OfWindowUpdateOfAStream", h2::window_update(1, 1)},
           Http2Case{"OfPriority", h2::priority(1, 0)},
           Http2Case{"OfPriorityUpdate", h2::priority_update(1, "u=1")},
           Http2Case{"OfGoaway", h2::goaway(0, 0)}),
    name_of_case);

TEST(Rfc9113Section10_5, CreditForWhatWasSentIsNoFlood) {
  RawHttp2 peer({.max_controls_per_second = 1});
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::end) begin_response(stream);
  };
  ASSERT_TRUE(peer.send(get(1)));
  for (int i = 0; i < 500; ++i) {
    peer.stream(0).write(std::string(1000, 'x'));
    peer.run();
    ASSERT_TRUE(peer.send(h2::window_update(1, 1000) + h2::window_update(0, 1000))) << i;
  }
  EXPECT_GE(peer.answer(1).body.size(), 500'000U);
}

TEST(Rfc9113Section10_5, ACommonRequestHasNothingThatCounts) {
  RawHttp2 peer({.max_resets_per_second = 1, .max_controls_per_second = 1});
  for (std::uint32_t id = 1; id < 200; id += 2) {
    ASSERT_TRUE(peer.send(post(id) + h2::data(id, "abc") + h2::data(id, "", h2::end_stream)));
  }
  expect_http2_open(peer, 201);
}

TEST(Rfc9113Section10_5, AnswersThatTheClientDoesNotTakeAreBounded) {
  RawHttp2 peer;
  std::string pings;
  for (int i = 0; i < 1001; ++i) pings += h2::ping();
  EXPECT_FALSE(peer.send(pings));
  EXPECT_EQ(peer.refusals.size(), 1U);
  RawHttp2 other;
  std::string many_settings;
  for (int i = 0; i < 1001; ++i) many_settings += h2::settings({});
  EXPECT_FALSE(other.send(many_settings));
  EXPECT_EQ(other.refusals.size(), 1U);
}

TEST(Rfc9113Section10_5, SettingsOfManyValuesEndTheConnection) {
  std::vector<std::pair<unsigned, std::uint32_t>> values(33, {0x0a0a, 1});
  expect_http2_closes(h2::settings(values), h2::enhance_your_calm);
  values.pop_back();
  expect_http2_passes(h2::settings(values));
}

// ---- Header sections ----

// nghttp2 gives up without a GOAWAY, which section 5.4.1 allows an endpoint that is under attack.
TEST(Rfc9113Section10_5, ASectionWithoutAnEndIsRefused) {
  for (const std::string& piece :
       {std::string(), h2::block({{"a", "b"}}), h2::block({{"a", std::string(1000, 'b')}})}) {
    RawHttp2 peer;
    ASSERT_TRUE(peer.send(h2::frame(h2::type_headers, h2::end_stream, 1, h2::block(get_fields()))));
    std::size_t count = 0;
    while (count < 1000 && peer.send(h2::continuation(1, piece))) ++count;
    EXPECT_LE(count, 256U);
    EXPECT_GE(count, 250U);
    EXPECT_EQ(peer.refusals.size(), 1U);
    EXPECT_FALSE(peer.session().is_in_head() && peer.stream(0).told != "");
  }
}

TEST(Rfc9113Section10_5, ASectionOfAStreamThatIsClosedIsBoundedToo) {
  RawHttp2 peer;
  ASSERT_TRUE(peer.send(get(1)));
  ASSERT_TRUE(peer.send(h2::frame(h2::type_headers, h2::end_stream, 1, "")));
  std::size_t count = 0;
  while (count < 1000 && peer.send(h2::continuation(1, ""))) ++count;
  EXPECT_EQ(count, 256U);
}

// As section 6.5.2 counts.
std::size_t counted_bytes(const WireFields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += name.size() + value.size() + 32;
  return bytes;
}

constexpr std::size_t most_section = 2000;

// A request whose section counts as so many bytes.
WireFields section_of(std::size_t bytes) {
  const std::size_t others = counted_bytes(get_fields({{"x", ""}}));
  return get_fields({{"x", std::string(bytes - others, 'x')}});
}

TEST(Rfc9113Section10_5_1, ASectionAsLargeAsTheLimitIsServed) {
  RawHttp2 peer({.max_section_bytes = most_section});
  EXPECT_TRUE(peer.send(h2::headers(1, section_of(most_section), h2::end_stream)));
  EXPECT_EQ(peer.answer(1).status, "200");
}

TEST(Rfc9113Section10_5_1, ASectionAboveTheLimitIsAnswered431) {
  for (const std::size_t size : {most_section + 1, 2 * most_section, 4 * most_section}) {
    RawHttp2 peer({.max_section_bytes = most_section});
    EXPECT_TRUE(peer.send(h2::headers(1, section_of(size), h2::end_stream)));
    EXPECT_EQ(peer.answer(1).status, "431");
    EXPECT_TRUE(peer.answer(1).has_ended);
    EXPECT_FALSE(peer.answer(1).reset);
    EXPECT_EQ(peer.stream(0).told, "close");
    EXPECT_EQ(peer.refusals.size(), 1U);
    expect_http2_open(peer);
  }
}

TEST(Rfc9113Section10_5_1, ABodyBehindASectionAboveTheLimitIsNotRead) {
  RawHttp2 peer({.connection_window = 65535, .max_section_bytes = most_section});
  EXPECT_TRUE(peer.send(h2::headers(1, section_of(most_section + 1)) + h2::long_data(1, 40'000)));
  EXPECT_EQ(peer.answer(1).status, "431");
  EXPECT_EQ(peer.answer(1).reset, h2::no_error);
  EXPECT_EQ(peer.stream(0).told, "close");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(peer.send(h2::long_data(1, 30'000)));
  EXPECT_GE(peer.credit(0), 340'000U - 65'535);
  expect_http2_open(peer);
}

TEST(Rfc9113Section10_5_1, ASectionFarAboveTheLimitEndsTheConnection) {
  RawHttp2 peer({.max_section_bytes = most_section});
  EXPECT_FALSE(peer.send(h2::headers(1, section_of(5 * most_section), h2::end_stream)));
  expect_calmed(peer);
  EXPECT_EQ(peer.stream(0).told, "");
}

TEST(Rfc9113Section10_5_1, AShortBlockOfALargeSectionIsCountedAsItIsDecoded) {
  RawHttp2 peer({.max_section_bytes = 65'536});
  // A value of 3,000 bytes that goes into the table, and then stands for a byte each.
  const std::string entry = "\x40" + h2::block_string("x") + h2::block_string(std::string(3000, 'x'));
  EXPECT_TRUE(peer.send(h2::headers_of(1, h2::block(get_fields()) + entry, h2::end_stream)));
  EXPECT_FALSE(
      peer.send(h2::headers_of(3, h2::block(get_fields()) + std::string(10'000, '\xbe'), h2::end_stream)));
  expect_calmed(peer);
}

TEST(Rfc9113Section10_5_1, ManyFieldsOfFewBytesAreCounted) {
  RawHttp2 peer({.max_section_bytes = most_section});
  const WireFields empty(60, {"a", ""});
  EXPECT_TRUE(peer.send(get(1, empty)));
  EXPECT_EQ(peer.answer(1).status, "431");
}

TEST(Rfc9113Section10_5_1, TrailersAboveTheLimitAreAnErrorOfTheStream) {
  RawHttp2 peer({.max_section_bytes = most_section});
  EXPECT_TRUE(peer.send(post(1) + h2::data(1, "x") +
                        h2::headers(1, {{"x", std::string(most_section, 'x')}}, h2::end_stream)));
  expect_http2_stream_error(peer, 1, h2::protocol_error);
}

TEST(Rfc9113Section10_5_1, AFieldThatNoDecoderTakesEndsTheConnection) {
  RawHttp2 peer({.max_section_bytes = 1 << 20});
  std::string frames =
      h2::split_headers(1, get_fields({{"x", std::string(70'000, 'x')}}), 16'384, h2::end_stream);
  EXPECT_FALSE(peer.send(frames));
  expect_http2_closed(peer, h2::compression_error);
}

}  // namespace
}  // namespace usquic::test::h2
