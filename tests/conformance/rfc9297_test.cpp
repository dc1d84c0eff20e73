// RFC 9297: HTTP Datagrams in DATAGRAM frames, and their setting.
#include "http3_checks.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t setting_datagrams = 0x33;
const std::string reads_datagrams = wire_settings({{setting_datagrams, 1}});

void read_datagrams(EnginePair& pair) {
  for (Side* side : {&pair.client, &pair.server}) {
    side->config.datagrams = true;
    side->reads_stream_datagrams = true;
  }
}

std::string datagram_of(std::uint64_t stream_id, std::string_view payload) {
  return frame::datagram(wire_varint(stream_id / 4) + std::string(payload));
}

// The value in the engine's SETTINGS; nothing: it is left out.
std::optional<std::uint64_t> announced(Http3Joined& joined, Engine role) {
  const std::string bytes = joined.peer().stream(role == Engine::server ? 3 : 2).data;
  const std::vector<Http3Frame> frames = read_http3_frames(std::string_view(bytes).substr(1));
  if (frames.empty()) return std::nullopt;
  EXPECT_EQ(frames[0].type, h3frame::settings);
  WireReader settings(frames[0].payload);
  while (!settings.at_end()) {
    const std::uint64_t id = settings.varint();
    const std::uint64_t value = settings.varint();
    if (id == setting_datagrams) return value;
  }
  return std::nullopt;
}

// A request that goes on, to a server that reads datagrams: its stream, and what the server knows of it.
struct OpenRequest {
  Http3Joined joined{Engine::server, reads_datagrams, read_datagrams};
  std::uint64_t id = joined.h3->request(wire_headers(get_fields()), false);
  StreamRecord* record = nullptr;

  OpenRequest() {
    joined.net.run();
    if (!joined.net.pair.server.streams.empty()) record = joined.net.pair.server.streams.back().get();
  }
};

TEST(Rfc9297Section2_1_1, TheSettingIsAnnouncedWhereDatagramsAreRead) {
  for (const Engine role : both) {
    Http3Joined joined(role, reads_datagrams, read_datagrams);
    EXPECT_EQ(announced(joined, role), 1U);
  }
}

TEST(Rfc9297Section2_1_1, TheSettingIsLeftOutWhereTheyAreNot) {
  for (const Engine role : both) {
    Http3Joined without_reader(role, reads_datagrams, [](EnginePair& pair) {
      read_datagrams(pair);
      pair.client.reads_stream_datagrams = pair.server.reads_stream_datagrams = false;
    });
    EXPECT_EQ(announced(without_reader, role), std::nullopt);
    Http3Joined without_frames(role, reads_datagrams, [](EnginePair& pair) {
      read_datagrams(pair);
      pair.client.config.datagrams = pair.server.config.datagrams = false;
    });
    EXPECT_EQ(announced(without_frames, role), std::nullopt);
  }
}

TEST(Rfc9297Section2_1_1, TheSettingIsZeroOrOne) {
  for (const Engine role : both) {
    expect_settings_close(role, wire_settings({{setting_datagrams, 2}}), {h3_settings_error});
  }
}

TEST(Rfc9297Section2_1_1, TheSettingNeedsTheTransportParameter) {
  const auto without = [](TransportParameters& p) { p.remove(parameter_max_datagram_frame_size); };
  for (const Engine role : both) {
    Http3Joined joined(role, reads_datagrams, nullptr, without);
    expect_h3_closed(joined, h3_settings_error);
    Http3Joined off(role, wire_settings({{setting_datagrams, 0}}), nullptr, without);
    expect_h3_open(off);
  }
}

TEST(Rfc9297Section2_1_1, NothingIsSentBeforeThePeersSettings) {
  Http3Joined joined(Engine::client, std::nullopt, read_datagrams);
  StreamRecord* s = joined.net.pair.client.create_stream(*joined.net.connection);
  EXPECT_EQ(s->handle->send_headers(simple_request, false), 0);
  joined.net.run();
  EXPECT_EQ(s->handle->send_datagram(as_bytes("x")), US_QUIC_E_AGAIN);
  joined.h3->open(type_control_stream, reads_datagrams);
  joined.net.run();
  EXPECT_EQ(s->handle->send_datagram(as_bytes("x")), 0);
  joined.net.run();
  ASSERT_NE(joined.peer().last(frame::type_datagram), nullptr);
  EXPECT_EQ(joined.peer().last(frame::type_datagram)->data, wire_varint(0) + "x");
}

TEST(Rfc9297Section2_1, ADatagramReachesItsStream) {
  OpenRequest request;
  ASSERT_NE(request.record, nullptr);
  request.joined.peer().send(datagram_of(request.id, "one"));
  request.joined.peer().send(datagram_of(request.id, ""));
  request.joined.net.run();
  EXPECT_THAT(request.record->datagrams, testing::ElementsAre("one", ""));
  EXPECT_EQ(request.record->handle->send_datagram(as_bytes("two")), 0);
  request.joined.net.run();
  ASSERT_NE(request.joined.peer().last(frame::type_datagram), nullptr);
  EXPECT_EQ(request.joined.peer().last(frame::type_datagram)->data, wire_varint(request.id / 4) + "two");
  expect_h3_open(request.joined);
}

TEST(Rfc9297Section2_1, ADatagramWithoutAStreamId) {
  for (const Engine role : both) {
    for (const std::string& data : {std::string(), std::string("\x40"), std::string("\xc0\0\0\0\0\0\0", 7)}) {
      Http3Joined joined(role, reads_datagrams, read_datagrams);
      joined.peer().send(frame::datagram(data));
      expect_h3_closed(joined, h3_datagram_error);
    }
  }
}

TEST(Rfc9297Section2_1, AQuarterStreamIdAboveTheLargest) {
  for (const Engine role : both) {
    for (const std::uint64_t quarter_id : {1ULL << 60, (1ULL << 62) - 1}) {
      Http3Joined joined(role, reads_datagrams, read_datagrams);
      joined.peer().send(frame::datagram(wire_varint(quarter_id)));
      expect_h3_closed(joined, h3_datagram_error);
    }
  }
}

TEST(Rfc9297Section2_1, AStreamThatTheClientMayNotCreate) {
  const auto configure = [](EnginePair& pair) {
    read_datagrams(pair);
    pair.server.config.max_streams_bidi = 10;
  };
  Http3Joined last(Engine::server, reads_datagrams, configure);
  last.peer().send(datagram_of(4 * 9, "x"));
  expect_h3_open(last);
  Http3Joined beyond(Engine::server, reads_datagrams, configure);
  beyond.peer().send(datagram_of(4 * 10, "x"));
  expect_h3_closed(beyond, h3_id_error);
}

TEST(Rfc9297Section2_1, AStreamThatIsNotOpenYet) {
  for (const Engine role : both) {
    Http3Joined joined(role, reads_datagrams, read_datagrams);
    for (int i = 0; i < 1000; ++i) joined.peer().send(datagram_of(4 * 20, "x"));
    expect_h3_open(joined);
  }
}

TEST(Rfc9297Section2_1, AStreamWhoseHeaderSectionHasNotCome) {
  Http3Joined joined(Engine::server, reads_datagrams, read_datagrams);
  const std::string head = wire_headers(get_fields());
  const std::uint64_t id = joined.h3->request(head.substr(0, 3), false);
  joined.peer().send(datagram_of(id, "early"));
  joined.net.run();
  joined.peer().write(id, head.substr(3), false);
  joined.net.run();
  joined.peer().send(datagram_of(id, "in time"));
  joined.net.run();
  ASSERT_EQ(joined.net.pair.server.streams.size(), 1u);
  EXPECT_THAT(joined.net.pair.server.streams[0]->datagrams, testing::ElementsAre("in time"));
}

TEST(Rfc9297Section2_1, AStreamWhoseReceivingPartIsClosed) {
  OpenRequest request;
  ASSERT_NE(request.record, nullptr);
  request.joined.net.pair.server.on_fin = nullptr;  // it stays open in the other direction
  request.joined.peer().write(request.id, "", true);
  request.joined.net.run();
  ASSERT_TRUE(request.record->ended);
  request.joined.peer().send(datagram_of(request.id, "late"));
  request.joined.net.run();
  EXPECT_TRUE(request.record->datagrams.empty());
  answer_ok(*request.record);
  request.joined.net.run();
  EXPECT_EQ(request.record->closes, 1);
  request.joined.peer().send(datagram_of(request.id, "later"));
  request.joined.net.run();
  EXPECT_FALSE(request.joined.peer().close());
}

TEST(Rfc9297Section2_1, AStreamThatTheApplicationStopped) {
  OpenRequest request;
  ASSERT_NE(request.record, nullptr);
  EXPECT_EQ(request.record->handle->stop(h3_request_cancelled), 0);
  request.joined.peer().send(datagram_of(request.id, "unwanted"));
  expect_h3_open(request.joined);
  EXPECT_TRUE(request.record->datagrams.empty());
}

TEST(Rfc9297Section2_1, NothingIsSentOnceTheSendingPartIsClosed) {
  OpenRequest request;
  ASSERT_NE(request.record, nullptr);
  answer_ok(*request.record);
  EXPECT_EQ(request.record->handle->send_datagram(as_bytes("late")), US_QUIC_E_STATE);
}

// This side announced nothing: the peer may not send any, and none is read.
TEST(Rfc9297Section2_1, DatagramsThatNobodyAskedForAreDropped) {
  for (const Engine role : both) {
    Http3Joined joined(role, reads_datagrams);
    joined.peer().send(datagram_of(0, "x"));
    joined.peer().send(frame::datagram(""));
    expect_h3_open(joined);
    EXPECT_TRUE(joined.net.connection->datagrams.empty());
  }
}

}  // namespace
}  // namespace usquic::test
