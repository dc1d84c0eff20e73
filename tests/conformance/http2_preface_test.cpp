// RFC 9113 section 3.4: how a connection begins.
#include "http2_checks.h"

namespace usquic::test::h2 {
namespace {

std::map<unsigned, std::uint32_t> settings_in(const Http2Frame& frame) {
  std::map<unsigned, std::uint32_t> values;
  for (WireReader reader(frame.payload); !reader.at_end();) {
    const auto id = static_cast<unsigned>(reader.integer(2));
    values[id] = static_cast<std::uint32_t>(reader.integer(4));
  }
  return values;
}

TEST(Rfc9113Section3_4, TheServersFirstFrameIsSettingsAndAwaitsNothing) {
  RawHttp2 peer(RawHttp2::Bare{});
  peer.run();
  ASSERT_FALSE(peer.frames().empty());
  EXPECT_EQ(peer.frames()[0].type, h2::type_settings);
  EXPECT_EQ(peer.frames()[0].flags, 0);
  EXPECT_EQ(peer.frames()[0].id, 0U);
}

TEST(Rfc9113Section3_4, TheServersSettingsSayItsLimits) {
  RawHttp2 peer({.max_streams = 7, .stream_window = 70'000, .max_section_bytes = 5000});
  const std::map<unsigned, std::uint32_t> values = settings_in(peer.frames()[0]);
  EXPECT_EQ(values.at(h2::max_concurrent_streams), 7U);
  EXPECT_EQ(values.at(h2::initial_window_size), 70'000U);
  EXPECT_EQ(values.at(h2::max_header_list_size), 5000U);
  EXPECT_EQ(values.at(h2::enable_connect_protocol), 1U);
  EXPECT_EQ(values.at(h2::no_rfc7540_priorities), 1U);
  // A server does not say that it takes pushes (section 6.5.2).
  EXPECT_EQ(values.contains(h2::enable_push), false);
}

TEST(Rfc9113Section3_4, TheConnectionsWindowIsOpenedByWindowUpdate) {
  RawHttp2 peer({.connection_window = 300'000});
  EXPECT_EQ(peer.credit(0), 300'000U - 65535);
}

TEST(Rfc9113Section3_4, APrefaceMayComeByteByByte) {
  RawHttp2 peer(RawHttp2::Bare{});
  EXPECT_TRUE(peer.send(std::string(h2::preface) + h2::settings({}) + h2::settings_ack(), 1));
  expect_http2_open(peer);
}

TEST(Rfc9113Section3_4, ARequestMayFollowBeforeTheServersSettingsAreKnown) {
  RawHttp2 peer(RawHttp2::Bare{});
  EXPECT_TRUE(peer.send(std::string(h2::preface) + h2::settings({}) + h2::get(1)));
  EXPECT_EQ(peer.answer(1).status, "200");
}

TEST(Rfc9113Section3_4, BytesThatAreNoPrefaceAreRefused) {
  for (const char* bytes : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
                            "\x16\x03\x01", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r"}) {
    SCOPED_TRACE(bytes);
    RawHttp2 peer(RawHttp2::Bare{});
    EXPECT_FALSE(peer.send(bytes));
    EXPECT_EQ(peer.refusals.size(), 1U);
    EXPECT_EQ(peer.stream_count(), 0U);
    // The GOAWAY may be left out.
    EXPECT_FALSE(peer.goaway());
  }
}

TEST(Rfc9113Section3_4, AnotherFrameThanSettingsBehindThePrefaceEndsTheConnection) {
  for (const std::string& first : {h2::ping(), h2::get(1), h2::settings_ack(), h2::window_update(0, 1),
                                   h2::frame(0xfa, 0, 0, "grease")}) {
    RawHttp2 peer(RawHttp2::Bare{});
    EXPECT_FALSE(peer.send(std::string(h2::preface) + first));
    expect_http2_closed(peer, h2::protocol_error);
    EXPECT_EQ(peer.stream_count(), 0U);
  }
}

TEST(Rfc9113Section3_4, SettingsOfTheClientAreAcknowledgedOnce) {
  RawHttp2 peer;
  std::size_t acks = 0;
  for (const Http2Frame& frame : peer.frames(h2::type_settings)) {
    if (frame.flags != h2::ack) continue;
    ++acks;
    EXPECT_EQ(frame.payload, "");
  }
  EXPECT_EQ(acks, 1U);
}

}  // namespace
}  // namespace usquic::test::h2
