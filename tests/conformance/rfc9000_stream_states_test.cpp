// RFC 9000 sections 2, 3 and 19: frames that a stream's kind or state does not allow.
#include "checks.h"

namespace usquic::test {
namespace {

// Of the first stream that a server opens in one direction: send-only for it.
constexpr std::uint64_t server_uni = 3;
constexpr std::uint64_t client_uni = 2;
constexpr std::uint64_t server_bidi = 1;

void expect_error_on_send_only(const std::string& frames, const std::vector<std::uint64_t>& codes) {
  Joined joined(Engine::server);
  StreamRecord* s =
      joined.net.pair.server.create_stream(*joined.net.connection, engine::Direction::unidirectional);
  s->write("x");
  joined.net.run();
  ASSERT_EQ(s->id, static_cast<std::int64_t>(server_uni));
  joined.peer->send(frames);
  expect_closed(joined.net, *joined.peer, codes);
}

TEST(Rfc9000Section3_1, ASendOnlyStreamTakesNoData) {
  expect_error_on_send_only(frame::stream(server_uni, 0, "x"), {stream_state_error});
  // ngtcp2 1.11 has the generic code here, as RFC 9000 section 11 allows.
  expect_error_on_send_only(frame::reset_stream(server_uni, 0, 0), {stream_state_error, protocol_violation});
  expect_error_on_send_only(frame::of(frame::type_stream_data_blocked, {server_uni, 0}),
                            {stream_state_error});
}

TEST(Rfc9000Section3_2, AReceiveOnlyStreamIsNotStoppedNorCredited) {
  const std::string open = frame::stream(client_uni, 0, "x");
  expect_frames_close(Engine::server, open + frame::stop_sending(client_uni, 0), stream_state_error);
  expect_frames_close(Engine::server, open + frame::max_stream_data(client_uni, 1 << 20), stream_state_error);
  expect_frames_close(Engine::client, frame::stream(server_uni, 0, "x") + frame::stop_sending(server_uni, 0),
                      stream_state_error);
}

TEST(Rfc9000Section19_8, AStreamThatThisSideDidNotOpenYet) {
  expect_cases_close(Engine::server,
                     {
                         {"STREAM", frame::stream(server_bidi, 0, "x"), stream_state_error},
                         {"STREAM, unidirectional", frame::stream(server_uni, 0, "x"), stream_state_error},
                         {"RESET_STREAM", frame::reset_stream(server_bidi, 0, 0), stream_state_error},
                         {"STOP_SENDING", frame::stop_sending(server_bidi, 0), stream_state_error},
                         {"MAX_STREAM_DATA", frame::max_stream_data(server_bidi, 10), stream_state_error},
                         {"STREAM_DATA_BLOCKED", frame::of(frame::type_stream_data_blocked, {server_bidi, 0}),
                          stream_state_error},
                     });
  expect_frames_close(Engine::client, frame::stream(0, 0, "x"), stream_state_error);
  expect_frames_close(Engine::client, frame::stop_sending(2, 0), stream_state_error);
}

TEST(Rfc9000Section3_5, LateFramesOfAClosedStreamAreIgnored) {
  Joined joined(Engine::server);
  joined.peer->write(0, "x", true);
  joined.net.run();
  joined.net.pair.server.streams.at(0)->handle->finish();
  joined.net.run();
  ASSERT_EQ(joined.net.pair.server.streams.at(0)->closes, 1);
  joined.peer->send(frame::stream(0, 0, "x", true) + frame::stop_sending(0, 7) +
                    frame::max_stream_data(0, 1 << 20) + frame::of(frame::type_stream_data_blocked, {0, 1}) +
                    frame::reset_stream(0, 0, 1));
  expect_open(joined.net, *joined.peer);
}

// A stream of the peer's may begin with its end: what came before was lost, or nothing was sent.
TEST(Rfc9000Section3_2, AUnidirectionalStreamThatBeginsWithItsResetEndsAndGivesItsCreditBack) {
  constexpr std::uint64_t allowed = 10;
  for (const Engine role : {Engine::server, Engine::client}) {
    Joined joined(role, [](EnginePair& pair) {
      pair.server.config.max_streams_uni = pair.client.config.max_streams_uni = allowed;
      pair.server.config.max_stream_resets_per_second = pair.client.config.max_stream_resets_per_second = 0;
    });
    Side& engine = role == Engine::server ? joined.net.pair.server : joined.net.pair.client;
    const std::uint64_t first = role == Engine::server ? client_uni : server_uni;
    std::uint64_t opened = 0;
    std::uint64_t bytes = 0;
    for (int round = 0; round < 20; ++round) {
      std::string frames;
      for (std::uint64_t i = 0; i < allowed; ++i, ++opened) {
        const std::uint64_t final_size = opened % 3 == 0 ? 0 : opened * 100;
        frames += frame::reset_stream(first + 4 * opened, 0x77, final_size);
        bytes += final_size;
      }
      joined.peer->send(frames);
      joined.net.run();
      ASSERT_FALSE(joined.peer->close()) << joined.peer->close()->reason;
    }
    ASSERT_EQ(engine.streams.size(), opened);
    for (const auto& s : engine.streams) {
      EXPECT_EQ(s->reset, 0x77u);
      EXPECT_EQ(s->closes, 1);
      EXPECT_EQ(s->close.reason, US_QUIC_E_RESET);
      EXPECT_EQ(s->close.code, 0x77u);
    }
    us_quic_stats_t stats{};
    joined.net.connection->handle->stats(stats);
    EXPECT_EQ(stats.streams_open, 0u);
    ASSERT_NE(joined.peer->last(frame::type_max_streams_uni), nullptr);
    EXPECT_EQ(joined.peer->last(frame::type_max_streams_uni)->value, opened + allowed);
    EXPECT_GT(bytes, engine.config.max_data);
    expect_open(joined.net, *joined.peer);
  }
}

TEST(Rfc9000Section3_2, WhatComesOfAStreamAfterItsResetIsIgnored) {
  Joined joined(Engine::server);
  const std::string reset = frame::reset_stream(client_uni, 0x77, 5);
  joined.peer->send(reset + frame::stream(client_uni, 0, "early"));
  joined.peer->send(frame::stream(client_uni, 0, "early") + reset);
  joined.net.run();
  joined.peer->send(reset);
  joined.net.run();
  ASSERT_EQ(joined.net.pair.server.streams.size(), 1u);
  const StreamRecord& s = *joined.net.pair.server.streams[0];
  EXPECT_EQ(s.body, "");
  EXPECT_EQ(s.closes, 1);
  expect_open(joined.net, *joined.peer);
}

TEST(Rfc9000Section4_5, AResetOfAStreamThatBeganKeepsItsFinalSize) {
  expect_frames_close(Engine::server,
                      frame::stream(client_uni, 0, "four") + frame::reset_stream(client_uni, 0, 3),
                      final_size_error);
  expect_frames_close(
      Engine::server,
      frame::reset_stream(client_uni, 0, 3) + frame::reset_stream(client_uni + 4, 0, 1ULL << 40),
      flow_control_error);
  expect_frames_close(Engine::server, frame::reset_stream(client_uni + 4 * 5000, 0, 0), stream_limit_error);
}

TEST(Rfc9000Section3_5, StopSendingIsAnsweredByResetStream) {
  Joined joined(Engine::server);
  joined.peer->write(0, "x");
  joined.net.run();
  joined.net.pair.server.streams.at(0)->write("an answer");
  joined.peer->send(frame::stop_sending(0, 0x77));
  expect_open(joined.net, *joined.peer);
  EXPECT_EQ(joined.peer->stream(0).reset, 0x77u);
}

TEST(Rfc9000Section2_2, DataThatComesAgainOrOverlapsIsDeliveredOnce) {
  Joined joined(Engine::server);
  joined.peer->send(frame::stream(0, 3, "defg") + frame::stream(0, 5, "fgh") + frame::stream(0, 0, "abcd") +
                    frame::stream(0, 0, "abc") + frame::stream(0, 8, "", true));
  expect_open(joined.net, *joined.peer);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->body, "abcdefgh");
  EXPECT_TRUE(joined.net.pair.server.streams.at(0)->ended);
}

}  // namespace
}  // namespace usquic::test
