// RFC 9000 sections 10 and 19: frames that are wrong in themselves or come from the wrong side, and endings.
#include "checks.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t largest_varint = (1ULL << 62) - 1;

TEST(Rfc9000Section19_6, CryptoDataBeyondTheLargestOffset) {
  expect_frames_close(Engine::server, frame::crypto(largest_varint, "x"), frame_encoding_error);
}

TEST(Rfc9000Section7_5, MoreCryptoDataThanIsKept) {
  expect_frames_close(Engine::server, frame::crypto(1 << 24, "x"), crypto_buffer_exceeded);
  expect_frames_close(Engine::client, frame::crypto(1 << 24, "x"), crypto_buffer_exceeded);
}

TEST(Rfc9000Section19_7, NewTokenFromAClient) {
  expect_frames_close(Engine::server, frame::new_token("token"), protocol_violation);
}

TEST(Rfc9000Section19_7, NewTokenWithoutAToken) {
  expect_frames_close(Engine::client, frame::new_token(""), frame_encoding_error);
}

TEST(Rfc9000Section19_8, StreamDataBeyondTheLargestOffset) {
  expect_frames_close(Engine::server, frame::stream(0, largest_varint, "x"),
                      {frame_encoding_error, flow_control_error});
}

TEST(Rfc9000Section19_18, PathResponsesThatNobodyAskedForChangeNothing) {
  expect_frames_pass(Engine::server, frame::path_response("12345678") + frame::path_response("abcdefgh"));
}

TEST(Rfc9000Section19_17, APathChallengeIsAnsweredWithItsData) {
  Joined joined(Engine::server);
  joined.peer->send(frame::path_challenge("12345678"));
  joined.net.run();
  ASSERT_NE(joined.peer->last(frame::type_path_response), nullptr);
  EXPECT_EQ(joined.peer->last(frame::type_path_response)->data, "12345678");
}

TEST(Rfc9000Section19_20, HandshakeDoneFromAClient) {
  expect_frames_close(Engine::server, frame::handshake_done(), protocol_violation);
}

TEST(Rfc9221Section3, ADatagramFrameAboveTheSizeThatWasAllowed) {
  Joined joined(Engine::server, [](EnginePair& pair) { pair.server.config.datagrams = false; });
  joined.peer->send(frame::datagram("x"));
  expect_closed(joined.net, *joined.peer, protocol_violation);
}

TEST(Rfc9000Section10_2_2, AfterThePeersCloseNothingIsSent) {
  for (const std::string& close :
       {frame::close(0), frame::close(protocol_violation, 8, "why"), frame::application_close(77, "bye")}) {
    Joined joined(Engine::server);
    joined.peer->send(close);
    joined.net.run();
    EXPECT_EQ(joined.net.connection->closes, 1);
    EXPECT_EQ(joined.net.connection->close.is_remote, 1);
    const std::uint64_t bytes = joined.peer->bytes_received();
    for (int i = 0; i < 10; ++i) joined.peer->send(frame::ping());
    joined.net.run(std::chrono::seconds(1));
    EXPECT_EQ(joined.peer->bytes_received(), bytes);
    EXPECT_TRUE(joined.net.neighbours_talk());
  }
}

TEST(Rfc9000Section10_2_1, TheClosingPeriodAnswersLessAndLess) {
  Joined joined(Engine::server);
  joined.peer->send(frame::handshake_done());
  joined.net.run();
  ASSERT_TRUE(joined.peer->close());
  constexpr std::size_t packets = 200;
  const std::size_t closes = joined.peer->count(frame::type_close);
  for (std::size_t i = 0; i < packets; ++i) joined.peer->send(frame::ping());
  joined.net.run();
  const std::size_t answers = joined.peer->count(frame::type_close) - closes;
  EXPECT_GE(answers, 1u);
  EXPECT_LE(answers, 10u);
}

TEST(Rfc9000Section10_2_3, AnApplicationsCodeIsNotSentInHandshakePackets) {
  RawNetwork net;
  net.start();
  // A server that never ends the handshake.
  RawPeer::Options options = net.server_options();
  options.edit_message = [](Level level, std::string& message) {
    if (level == Level::handshake) message.clear();
  };
  RawPeer& peer = net.add_server(options);
  ConnectionRecord* c = net.pair.client.connect(peer.address);
  net.run();
  net.pair.client.close(*c, 0x1234, "secret reason");
  net.run();
  ASSERT_TRUE(peer.close());
  EXPECT_FALSE(peer.close()->is_application);
  EXPECT_EQ(peer.close()->code, application_error);
  EXPECT_EQ(peer.close()->reason, "");
}

TEST(Rfc9000Section19_19, AReasonOfAnyBytesIsTakenAsItIs) {
  Joined joined(Engine::server);
  const std::string reason("\xff\0\n%s%n", 7);
  joined.peer->send(frame::application_close(largest_varint, reason));
  joined.net.run();
  EXPECT_EQ(joined.net.connection->closes, 1);
  EXPECT_EQ(joined.net.connection->close.code, largest_varint);
  EXPECT_EQ(joined.net.connection->close_reason, reason);
}

}  // namespace
}  // namespace usquic::test
