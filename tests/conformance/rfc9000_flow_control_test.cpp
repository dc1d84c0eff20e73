// RFC 9000 section 4: what a peer may send of data and of streams.
#include "checks.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t max_streams = 1ULL << 60;

void small_connection_window(EnginePair& pair) {
  pair.server.config.max_data = 1000;
  pair.server.config.max_data_limit = 1000;
  pair.server.consume_at_once = false;
}

TEST(Rfc9000Section4_1, StreamDataBeyondItsLimitIsAFlowControlError) {
  constexpr std::uint64_t window = 256 << 10;  // EnginePair's
  expect_frames_close(Engine::server, frame::stream(0, window, "x"), flow_control_error);
  expect_frames_close(Engine::client, frame::stream(3, window, "x"), flow_control_error);
  expect_frames_pass(Engine::server, frame::stream(0, window - 1, "x"));
}

TEST(Rfc9000Section4_1, DataOfAllStreamsBeyondTheConnectionsLimitIsAFlowControlError) {
  Joined joined(Engine::server, small_connection_window);
  joined.peer->send(frame::stream(0, 500, "x") + frame::stream(4, 497, "xx"));
  expect_open(joined.net, *joined.peer);
  joined.peer->send(frame::stream(8, 0, "x"));
  expect_closed(joined.net, *joined.peer, flow_control_error);
}

TEST(Rfc9000Section4_1, AFinalSizeCountsAsData) {
  Joined joined(Engine::server, small_connection_window);
  joined.peer->send(frame::reset_stream(0, 0, 1001));
  expect_closed(joined.net, *joined.peer, flow_control_error);
}

TEST(Rfc9000Section4_1, LimitsThatShrinkAreIgnored) {
  expect_frames_pass(Engine::server, frame::max_data(1) + frame::max_streams_bidi(1) +
                                         frame::max_streams_uni(0) + frame::stream(0, 0, "x") +
                                         frame::max_stream_data(0, 1));
}

TEST(Rfc9000Section4_5, DataBeyondTheFinalSize) {
  expect_frames_close(Engine::server, frame::stream(0, 0, "abc", true) + frame::stream(0, 3, "d"),
                      final_size_error);
  expect_frames_close(Engine::server, frame::reset_stream(0, 0, 3) + frame::stream(0, 3, "d"),
                      final_size_error);
}

TEST(Rfc9000Section4_5, AFinalSizeBelowWhatCame) {
  expect_frames_close(Engine::server, frame::stream(0, 0, "abc") + frame::stream(0, 0, "ab", true),
                      final_size_error);
  expect_frames_close(Engine::server, frame::stream(0, 0, "abc") + frame::reset_stream(0, 0, 2),
                      final_size_error);
}

TEST(Rfc9000Section4_5, AFinalSizeThatChanges) {
  expect_frames_close(Engine::server, frame::stream(0, 1, "b", true) + frame::stream(0, 3, "", true),
                      final_size_error);
  expect_frames_close(Engine::server, frame::stream(0, 1, "b", true) + frame::reset_stream(0, 0, 3),
                      final_size_error);
  expect_frames_close(Engine::server, frame::reset_stream(0, 0, 5) + frame::reset_stream(0, 0, 6),
                      final_size_error);
  expect_frames_pass(Engine::server, frame::stream(0, 1, "b", true) + frame::reset_stream(0, 0, 2));
}

TEST(Rfc9000Section4_6, AStreamAboveTheLimit) {
  constexpr std::uint64_t allowed = 100;  // EnginePair's
  expect_frames_close(Engine::server, frame::stream(4 * allowed, 0, "x"), stream_limit_error);
  expect_frames_close(Engine::server, frame::stream(4 * allowed + 2, 0, "x"), stream_limit_error);
  expect_frames_close(Engine::client, frame::stream(4 * allowed + 1, 0, "x"), stream_limit_error);
  expect_frames_close(Engine::server, frame::reset_stream(4 * allowed, 0, 0), stream_limit_error);
  expect_frames_close(Engine::server, frame::stop_sending(4 * allowed, 0), stream_limit_error);
  expect_frames_close(Engine::server, frame::max_stream_data(4 * allowed, 9), stream_limit_error);
  expect_frames_pass(Engine::server, frame::stream(4 * (allowed - 1), 0, "x"));
}

TEST(Rfc9000Section4_6, AStreamCountThatNoIdCouldReach) {
  expect_frames_close(Engine::server, frame::max_streams_bidi(max_streams + 1), frame_encoding_error);
  expect_frames_close(Engine::server, frame::max_streams_uni(max_streams + 1), frame_encoding_error);
  expect_frames_pass(Engine::server, frame::max_streams_bidi(max_streams));
  // RFC 9000 section 19.14 leaves a choice.
  for (const std::uint64_t type : {frame::type_streams_blocked_bidi, frame::type_streams_blocked_uni}) {
    expect_frames_close(Engine::server, frame::of(type, {max_streams + 1}),
                        {stream_limit_error, frame_encoding_error});
  }
}

}  // namespace
}  // namespace usquic::test
