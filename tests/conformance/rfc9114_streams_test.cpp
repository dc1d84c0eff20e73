// RFC 9114 sections 5, 6 and 7: unidirectional streams, frames of the control stream, GOAWAY.
#include "http3_checks.h"

namespace usquic::test {
namespace {

TEST(Rfc9114Section6_1, AServerOpensNoBidirectionalStream) {
  Http3Joined joined(Engine::client);
  joined.peer().write(1, "x");
  expect_h3_closed(joined, h3_stream_creation_error);
}

TEST(Rfc9114Section6_2, CriticalStreamsMustNotEnd) {
  for (const Engine role : both) {
    for (const int which : {0, 1, 2}) {
      SCOPED_TRACE(which);
      const auto id_of = [which](const RawHttp3& h3) {
        return which == 0 ? h3.control_id() : which == 1 ? h3.encoder_id() : h3.decoder_id();
      };
      Http3Joined ended(role);
      ended.peer().write(id_of(*ended.h3), "", true);
      expect_h3_closed(ended, h3_closed_critical_stream);
      Http3Joined reset(role);
      const std::uint64_t id = id_of(*reset.h3);
      reset.peer().send(frame::reset_stream(id, h3_no_error, reset.peer().written(id)));
      expect_h3_closed(reset, h3_closed_critical_stream);
    }
  }
}

// At once: the engine may have nothing to send on them for long.
TEST(Rfc9114Section6_2_1, TheEnginesCriticalStreamsMustNotBeStopped) {
  for (const Engine role : both) {
    for (const std::uint64_t number : {0, 1, 2}) {
      SCOPED_TRACE(number);
      Http3Joined joined(role);
      const std::uint64_t type = role == Engine::server ? 3 : 2;
      joined.peer().send(frame::stop_sending(4 * number + type, h3_no_error));
      expect_h3_closed(joined, h3_closed_critical_stream);
    }
  }
}

TEST(Rfc9114Section6_2_1, ASecondControlStream) {
  for (const Engine role : both) {
    Http3Joined joined(role);
    joined.h3->open(type_control_stream, wire_settings({}));
    expect_h3_closed(joined, h3_stream_creation_error);
  }
}

TEST(Rfc9204Section4_2, ASecondQpackStream) {
  for (const Engine role : both) {
    for (const std::uint64_t type : {type_encoder_stream, type_decoder_stream}) {
      Http3Joined joined(role);
      joined.h3->open(type);
      expect_h3_closed(joined, h3_stream_creation_error);
    }
  }
}

TEST(Rfc9114Section6_2_1, TheControlStreamBeginsWithSettings) {
  for (const Engine role : both) {
    expect_settings_close(role, wire_frame(h3frame::goaway, wire_varint(0)), {h3_missing_settings});
    expect_settings_close(role, wire_frame(0x21, "grease"), {h3_missing_settings});
  }
}

TEST(Rfc9114Section6_2_2, APushStreamOfAClient) {
  Http3Joined joined(Engine::server);
  joined.h3->open(type_push_stream, wire_varint(0));
  expect_h3_closed(joined, h3_stream_creation_error);
}

TEST(Rfc9114Section6_2_3, StreamsOfUnknownTypesAreGivenUpInPeace) {
  for (const Engine role : both) {
    Http3Joined joined(role);
    const std::uint64_t reserved = joined.h3->open(0x21, "grease");
    joined.h3->open(0x21 + 31 * 1000, "more", true);
    joined.h3->open((1ULL << 62) - 1);
    joined.h3->open(std::string_view(), true);
    expect_h3_open(joined);
    EXPECT_EQ(joined.peer().stream(reserved).stopped, h3_stream_creation_error);
  }
}

// What came before the reset was lost, or nothing was sent.
TEST(Rfc9114Section4_1_1, ARequestThatBeginsWithItsResetGivesItsCreditBack) {
  constexpr std::uint64_t allowed = 10;
  Http3Joined joined(Engine::server, wire_settings({}),
                     [](EnginePair& pair) { pair.server.config.max_streams_bidi = allowed; });
  for (std::uint64_t i = 0; i < allowed; ++i)
    joined.peer().send(frame::reset_stream(4 * i, h3_request_cancelled, 0));
  joined.net.run();
  ASSERT_FALSE(joined.peer().close());
  EXPECT_EQ(joined.peer().stream(0).reset, h3_request_cancelled);
  ASSERT_NE(joined.peer().last(frame::type_max_streams_bidi), nullptr);
  EXPECT_EQ(joined.peer().last(frame::type_max_streams_bidi)->value, 2 * allowed);
  EXPECT_TRUE(joined.net.pair.server.streams.empty());
}

TEST(Rfc9114Section6_2_3, AUnidirectionalStreamThatBeginsWithItsResetGivesItsCreditBack) {
  for (const Engine role : both) {
    Http3Joined joined(role);
    const std::uint64_t first = joined.h3->decoder_id() + 4;
    for (std::uint64_t i = 0; i < 10; ++i) {
      joined.peer().send(frame::reset_stream(first + 4 * i, h3_no_error, i));
    }
    expect_h3_open(joined);
    ASSERT_NE(joined.peer().last(frame::type_max_streams_uni), nullptr);
    EXPECT_EQ(joined.peer().last(frame::type_max_streams_uni)->value, 110u);
  }
}

TEST(Rfc9114Section6_1, AServersBidirectionalStreamIsAnErrorAlsoWhenItIsReset) {
  Http3Joined joined(Engine::client);
  joined.peer().send(frame::reset_stream(1, h3_no_error, 0));
  expect_h3_closed(joined, h3_stream_creation_error);
}

TEST(Rfc9114Section7_1, FramesThatTheStreamCutsShort) {
  const std::string head = wire_headers(get_fields());
  expect_request_closes(head.substr(0, head.size() - 1), {h3_frame_error});
  expect_request_closes(head + wire_varint(h3frame::data), {h3_frame_error});
  expect_request_closes(head + wire_varint(h3frame::data) + wire_varint(10) + "x", {h3_frame_error});
}

TEST(Rfc9114Section7_1, PayloadsThatAreLongerOrShorterThanTheirFields) {
  for (const Engine role : both) {
    expect_control_closes(role, wire_frame(h3frame::goaway, wire_varint(0) + "x"), {h3_frame_error});
    expect_control_closes(role, wire_frame(h3frame::goaway, ""), {h3_frame_error});
    // An identifier without its value.
    expect_settings_close(role, wire_frame(h3frame::settings, wire_varint(1)), {h3_frame_error});
  }
  expect_control_closes(Engine::server, wire_frame(h3frame::max_push_id, wire_varint(0) + "x"),
                        {h3_frame_error});
  expect_control_closes(Engine::server, wire_frame(h3frame::cancel_push, ""), {h3_frame_error});
}

TEST(Rfc9114Section7_2, FramesThatAreNotTheControlStreams) {
  for (const Engine role : both) {
    expect_control_closes(role, wire_data("x"), {h3_frame_unexpected});
    expect_control_closes(role, wire_headers(get_fields()), {h3_frame_unexpected});
    expect_control_closes(role, wire_frame(h3frame::push_promise, wire_varint(0)), {h3_frame_unexpected});
  }
}

TEST(Rfc9114Section7_2_3, CancelPushOfWhatWasNeverPromised) {
  expect_control_closes(Engine::server, wire_frame(h3frame::cancel_push, wire_varint(0)), {h3_id_error});
  expect_control_closes(Engine::client, wire_frame(h3frame::cancel_push, wire_varint(0)), {h3_id_error});
}

TEST(Rfc9114Section7_2_4, SettingsComeOnce) {
  for (const Engine role : both) expect_control_closes(role, wire_settings({}), {h3_frame_unexpected});
}

TEST(Rfc9114Section7_2_4, ASettingThatComesTwice) {
  for (const Engine role : both) {
    expect_settings_close(role, wire_settings({{0x6, 100}, {0x6, 100}}), {h3_settings_error});
    expect_settings_close(role, wire_settings({{0x1, 0}, {0x1, 0}}), {h3_settings_error});
  }
}

TEST(Rfc9114Section7_2_4_1, SettingsOfHttp2) {
  for (const Engine role : both) {
    for (const std::uint64_t id : {0x2, 0x3, 0x4, 0x5}) {
      SCOPED_TRACE(id);
      expect_settings_close(role, wire_settings({{id, 1}}), {h3_settings_error});
    }
  }
}

TEST(Rfc9220Section3, ConnectProtocolIsZeroOrOne) {
  for (const Engine role : both) {
    expect_settings_close(role, wire_settings({{0x8, 2}}), {h3_settings_error});
  }
}

TEST(Rfc9114Section7_2_4_2, UnknownSettingsAreIgnored) {
  for (const Engine role : both) {
    Http3Joined joined(role, wire_settings({{0x21, 5}, {0x4d44, 0}, {(1ULL << 62) - 1, 7}}));
    expect_h3_open(joined);
  }
}

TEST(Rfc9114Section5_2, GoawayMustNotGrow) {
  for (const Engine role : both) {
    Http3Joined joined(role);
    joined.h3->control(wire_frame(h3frame::goaway, wire_varint(8)) +
                       wire_frame(h3frame::goaway, wire_varint(8)));
    joined.net.run();
    EXPECT_FALSE(joined.peer().close());
    joined.h3->control(wire_frame(h3frame::goaway, wire_varint(12)));
    expect_h3_closed(joined, h3_id_error);
  }
}

TEST(Rfc9114Section7_2_6, AServersGoawayNamesARequest) {
  for (const std::uint64_t id : {1, 2, 3}) {
    expect_control_closes(Engine::client, wire_frame(h3frame::goaway, wire_varint(id)), {h3_id_error});
  }
}

TEST(Rfc9114Section7_2_7, MaxPushIdMustNotShrink) {
  Http3Joined joined(Engine::server);
  joined.h3->control(wire_frame(h3frame::max_push_id, wire_varint(5)));
  joined.h3->control(wire_frame(h3frame::max_push_id, wire_varint(5)));
  expect_h3_open(joined);
  joined.h3->control(wire_frame(h3frame::max_push_id, wire_varint(4)));
  expect_h3_closed(joined, h3_id_error);
}

TEST(Rfc9114Section7_2_7, MaxPushIdOfAServer) {
  expect_control_closes(Engine::client, wire_frame(h3frame::max_push_id, wire_varint(5)),
                        {h3_frame_unexpected});
}

TEST(Rfc9114Section7_2_8, FrameTypesOfHttp2AreReserved) {
  for (const std::uint64_t type : {0x2, 0x6, 0x8, 0x9}) {
    SCOPED_TRACE(type);
    for (const Engine role : both) expect_control_closes(role, wire_frame(type, "x"), {h3_frame_unexpected});
    expect_request_closes(wire_headers(get_fields()) + wire_frame(type, "x"), {h3_frame_unexpected});
  }
}

bool is_reserved(std::uint64_t id) {
  return id >= 0x21 && (id - 0x21) % 0x1f == 0;
}

// The frames that an engine's control stream begins with.
std::vector<Http3Frame> control_frames(Engine role, std::uint64_t seed) {
  Http3Joined joined(role, wire_settings({}), [seed](EnginePair& pair) { pair.random = SeededRandom(seed); });
  const std::string bytes = joined.peer().stream(role == Engine::server ? 3 : 2).data;
  return read_http3_frames(std::string_view(bytes).substr(1));
}

// The one that a SETTINGS frame ends with.
std::uint64_t last_setting(const Http3Frame& frame) {
  WireReader settings(frame.payload);
  std::uint64_t id = 0;
  while (!settings.at_end()) {
    id = settings.varint();
    settings.varint();
  }
  return id;
}

TEST(Rfc9114Section7_2_4_1, BothSidesAnnounceAReservedSettingThatDiffers) {
  for (const Engine role : both) {
    const std::uint64_t id = last_setting(control_frames(role, 1).at(0));
    const std::uint64_t other = last_setting(control_frames(role, 2).at(0));
    EXPECT_TRUE(is_reserved(id) && is_reserved(other)) << id << " " << other;
    EXPECT_NE(id, other);
  }
}

TEST(Rfc9114Section7_2_8, AClientSendsAReservedFrameAndAServerNone) {
  const std::vector<Http3Frame> frames = control_frames(Engine::client, 1);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_TRUE(is_reserved(frames[1].type)) << frames[1].type;
  EXPECT_EQ(control_frames(Engine::server, 1).size(), 1U);
}

TEST(Rfc9114Section9, UnknownFramesAreSkippedEverywhere) {
  Http3Joined joined(Engine::server, wire_settings({}) + wire_frame(0x21, "grease"));
  joined.h3->control(wire_frame(0x21 + 31, std::string(5000, 'x')) + wire_frame((1ULL << 62) - 1, ""));
  const std::uint64_t id = joined.h3->request(wire_frame(0x21, "a") + wire_headers(get_fields()) +
                                              wire_frame(0x40, "") + wire_data("x") + wire_frame(0x21, "z"));
  joined.net.run();
  EXPECT_EQ(joined.h3->status(id), 200);
  expect_h3_open(joined);
}

TEST(Rfc9218Section7_2, PriorityUpdatesOfWhatCannotBe) {
  // Not a request stream; above what the client may open; not the client's to send.
  expect_control_closes(Engine::server, wire_frame(h3frame::priority_update, wire_varint(2) + "u=1"),
                        {h3_id_error});
  expect_control_closes(Engine::server, wire_frame(h3frame::priority_update, wire_varint(4 * 100000) + "u=1"),
                        {h3_id_error});
  expect_control_closes(Engine::client, wire_frame(h3frame::priority_update, wire_varint(0) + "u=1"),
                        {h3_frame_unexpected});
}

}  // namespace
}  // namespace usquic::test
