// RFC 9113 sections 6.5 and 6.8: SETTINGS and GOAWAY.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

// ---- Section 6.5: SETTINGS ----

INSTANTIATE_TEST_SUITE_P(
    Section6_5, Http2ConnectionError,
    Values(Http2Case{"SettingsOnAStream", h2::post(1) + h2::frame(h2::type_settings, 0, 1, "")},
           Http2Case{"SettingsThatAreCutShort", h2::frame(h2::type_settings, 0, 0, "abcde"),
                     h2::frame_size_error},
           Http2Case{"SettingsWithAByteTooMuch", h2::frame(h2::type_settings, 0, 0, "abcdefg"),
                     h2::frame_size_error},
           Http2Case{"AckWithSettings", settings({{h2::initial_window_size, 1}}, h2::ack),
                     h2::frame_size_error},
           // Nothing of the section forbids it; nobody who means well sends it.
           Http2Case{"AckOfNothing", h2::settings_ack()}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_5_2, Http2ConnectionError,
    Values(Http2Case{"EnablePushOf2", settings({{h2::enable_push, 2}})},
           Http2Case{"InitialWindowAbove31Bits", settings({{h2::initial_window_size, 0x80000000}}),
                     h2::flow_control_error},
           Http2Case{"InitialWindowOf32Bits", settings({{h2::initial_window_size, 0xffffffff}}),
                     h2::flow_control_error},
           Http2Case{"MaxFrameSizeBelow16384", settings({{h2::max_frame_size, 16383}})},
           Http2Case{"MaxFrameSizeAbove24Bits", settings({{h2::max_frame_size, 1 << 24}})},
           Http2Case{"AWrongValueBehindRightOnes",
                     settings({{h2::max_frame_size, 16384}, {h2::enable_push, 3}})},
           // RFC 8441 section 3.
           Http2Case{"EnableConnectProtocolOf2", settings({{h2::enable_connect_protocol, 2}})},
           // RFC 9218 section 2.1.
           Http2Case{"NoRfc7540PrioritiesOf2", settings({{h2::no_rfc7540_priorities, 2}})},
           Http2Case{"NoRfc7540PrioritiesThatChange", settings({{h2::no_rfc7540_priorities, 1}})}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section6_5_2, Http2Accepted,
    Values(Http2Case{"UnknownSettings", settings({{0x0a0a, 1}, {0xffff, 0xffffffff}, {0, 0}})},
           Http2Case{"TheLeastValues", settings({{h2::header_table_size, 0},
                                                 {h2::enable_push, 0},
                                                 {h2::max_concurrent_streams, 0},
                                                 {h2::max_frame_size, 16384},
                                                 {h2::max_header_list_size, 0}})},
           Http2Case{"TheLargestValues", settings({{h2::header_table_size, 0xffffffff},
                                                   {h2::enable_push, 1},
                                                   {h2::max_concurrent_streams, 0xffffffff},
                                                   {h2::initial_window_size, 0x7fffffff},
                                                   {h2::max_frame_size, 0xffffff},
                                                   {h2::max_header_list_size, 0xffffffff}})},
           Http2Case{"NoSettings", settings({})}),
    name_of_case);

std::size_t acks_of(const RawHttp2& peer) {
  std::size_t count = 0;
  for (const Http2Frame& frame : peer.frames(h2::type_settings)) count += frame.flags == h2::ack ? 1 : 0;
  return count;
}

TEST(Rfc9113Section6_5_3, EachFrameOfSettingsIsAcknowledged) {
  RawHttp2 peer;
  const std::size_t before = acks_of(peer);
  EXPECT_TRUE(peer.send(settings({}) + settings({{0x0a0a, 1}}) + settings({})));
  EXPECT_EQ(acks_of(peer), before + 3);
}

TEST(Rfc9113Section6_5_3, ValuesAreTakenInTheirOrder) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event == RawHttp2::Event::end) respond(stream, "0123456789");
  };
  EXPECT_TRUE(peer.send(settings({{h2::initial_window_size, 1}, {h2::initial_window_size, 4}}) + h2::get(1)));
  EXPECT_EQ(peer.answer(1).body, "0123");
}

TEST(Rfc9113Section6_5_2, AResponseIsNotCompressedWithATableThatTheClientLacks) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(settings({{h2::header_table_size, 0}}) + h2::get(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
  const std::vector<Http2Frame> sections = peer.frames(h2::type_headers, 1);
  ASSERT_EQ(sections.size(), 1U);
  // RFC 7541 section 4.2: it begins by saying so.
  EXPECT_EQ(sections[0].payload[0], '\x20');
}

TEST(Rfc9113Section6_5_2, AServerThatMayNotPushDoesNot) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.greet(settings({{h2::enable_push, 0}}));
  EXPECT_TRUE(peer.send(h2::get(1)));
  for (const Http2Frame& frame : peer.frames()) EXPECT_NE(frame.type, h2::type_push_promise);
}

// ---- Section 6.8: GOAWAY ----

INSTANTIATE_TEST_SUITE_P(
    Section6_8, Http2ConnectionError,
    Values(Http2Case{"GoawayOnAStream", h2::post(1) + h2::frame(h2::type_goaway, 0, 1, std::string(8, '\0'))},
           Http2Case{"GoawayThatIsTooShort", h2::frame(h2::type_goaway, 0, 0, std::string(7, '\0')),
                     h2::frame_size_error},
           Http2Case{"GoawayThatIsEmpty", h2::frame(h2::type_goaway, 0, 0, ""), h2::frame_size_error},
           // Endpoints MUST NOT increase the last stream identifier.
           Http2Case{"GoawayThatTakesMoreAgain", h2::post(1) + h2::goaway(2, 0) + h2::goaway(4, 0)}),
    name_of_case);

TEST(Rfc9113Section6_8, RequestsBeforeTheClientsGoawayAreServed) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::post(1) + h2::goaway(0, h2::no_error, "leaving")));
  // A client may begin requests after its own GOAWAY, which is about streams of the server.
  EXPECT_TRUE(peer.send(h2::get(3)));
  EXPECT_EQ(peer.answer(3).status, "200");
  EXPECT_FALSE(peer.session().is_over());
  peer.send(h2::data(1, "x", h2::end_stream));
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_TRUE(peer.session().is_over());
}

TEST(Rfc9113Section6_8, AConnectionWithoutStreamsIsOverAfterTheClientsGoaway) {
  RawHttp2 peer;
  peer.send(h2::get(1) + h2::goaway(0, h2::no_error));
  EXPECT_EQ(peer.answer(1).status, "200");
  EXPECT_TRUE(peer.session().is_over());
}

TEST(Rfc9113Section6_8, AGoawayWithAnErrorOfNobodyIsAsAnyOther) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::post(1) + h2::goaway(0, 0xfeedbeef, std::string(1000, 'x'))));
  peer.send(h2::data(1, "x", h2::end_stream));
  EXPECT_EQ(peer.answer(1).status, "200");
}

std::uint32_t last_stream_of(const Http2Frame& goaway) {
  return static_cast<std::uint32_t>(WireReader(goaway.payload).integer(4));
}

TEST(Rfc9113Section6_8, ANoticeOfTheEndNamesTheHighestStream) {
  RawHttp2 peer;
  peer.session().announce_end();
  peer.run();
  ASSERT_EQ(peer.frames(h2::type_goaway).size(), 1U);
  EXPECT_EQ(last_stream_of(peer.frames(h2::type_goaway)[0]), 0x7fffffffU);
  EXPECT_EQ(peer.goaway(), h2::no_error);
  // What the client sent before it heard of it is served.
  EXPECT_TRUE(peer.send(h2::get(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
}

TEST(Rfc9113Section6_8, TheEndNamesTheLastStreamThatIsServed) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(h2::post(5)));
  peer.session().announce_end();
  peer.run();
  peer.session().take_no_more();
  peer.run();
  const std::vector<Http2Frame> goaways = peer.frames(h2::type_goaway);
  ASSERT_EQ(goaways.size(), 2U);
  EXPECT_EQ(last_stream_of(goaways[1]), 5U);
  EXPECT_EQ(peer.goaway(), h2::no_error);
  // A request behind it is ignored, one before it is not.
  peer.send(h2::get(7));
  EXPECT_EQ(peer.stream_count(), 1U);
  EXPECT_EQ(peer.answer(7).status, "");
  peer.send(h2::data(5, "x", h2::end_stream));
  EXPECT_EQ(peer.answer(5).status, "200");
  EXPECT_TRUE(peer.session().is_over());
}

TEST(Rfc9113Section5_4_1, AnErrorOfTheConnectionNamesTheLastStreamThatWasServed) {
  RawHttp2 peer;
  EXPECT_FALSE(peer.send(h2::get(1) + h2::post(3) + h2::frame(h2::type_ping, 0, 0, "short")));
  expect_http2_closed(peer, h2::frame_size_error);
  EXPECT_EQ(last_stream_of(peer.frames(h2::type_goaway).back()), 3U);
}

TEST(Rfc9113Section5_4_1, NothingIsReadBehindAnErrorOfTheConnection) {
  RawHttp2 peer;
  EXPECT_FALSE(peer.send(h2::data(0, "x") + h2::get(1) + h2::ping()));
  EXPECT_EQ(peer.stream_count(), 0U);
  EXPECT_FALSE(peer.send(h2::get(3)));
  EXPECT_EQ(peer.stream_count(), 0U);
  expect_http2_closed(peer, h2::protocol_error);
  EXPECT_TRUE(peer.frames(h2::type_ping).empty());
}

TEST(Rfc9113Section5_4_1, StreamsOfAConnectionThatFailedAreClosedOnce) {
  RawHttp2 peer;
  EXPECT_FALSE(peer.send(h2::post(1) + h2::post(3) + h2::data(0, "x")));
  peer.end_session();
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(peer.stream(i).told, "request close");
    EXPECT_EQ(peer.stream(i).closes, 1);
  }
}

}  // namespace
}  // namespace usquic::test::h2
