// RFC 9000 sections 12 to 17: packets, their headers and numbers, and which frames they may carry.
#include "checks.h"

namespace usquic::test {
namespace {

constexpr std::uint8_t long_reserved_bits = 0x0c;
constexpr std::uint8_t short_reserved_bits = 0x18;

// A raw client of which the server has read the ClientHello, and nothing else; it answers nothing by itself.
RawPeer::Options without_finished(const RawNetwork& net) {
  RawPeer::Options options = net.client_options();
  options.acknowledges = false;
  options.edit_message = [](Level level, std::string& message) {
    if (level == Level::handshake) message.clear();
  };
  return options;
}

struct InHandshake {
  InHandshake() {
    net.start();
    peer = &net.add_client(without_finished(net));
    peer->start();
    net.run(std::chrono::milliseconds(30));
  }
  RawNetwork net;
  RawPeer* peer;
};

// Anybody on the path can write Initial packets: ngtcp2 drops one that breaks a rule, and the handshake goes
// on. A close with the right code would do as well.
void expect_initial_without_effect(std::string_view frames, const std::vector<std::uint64_t>& codes,
                                   const PacketOptions& options) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.add_client();
  peer.start();
  peer.transmit(peer.make_packet(Level::initial, frames, options) + std::string(1200, '\0'));
  net.run();
  if (peer.close()) return expect_closed(net, peer, codes);
  EXPECT_TRUE(peer.is_ready());
  EXPECT_TRUE(net.neighbours_talk());
}

void expect_closed_in(Level level, std::string_view frames, const std::vector<std::uint64_t>& codes,
                      const PacketOptions& options = {}) {
  if (level == Level::application) {
    Joined joined(Engine::server);
    joined.peer->send(level, frames, options);
    return expect_closed(joined.net, *joined.peer, codes);
  }
  if (level == Level::initial) return expect_initial_without_effect(frames, codes, options);
  InHandshake in_handshake;
  in_handshake.peer->send(level, frames, options);
  expect_closed(in_handshake.net, *in_handshake.peer, codes);
}

TEST(Rfc9000Section12_4, APacketWithoutFrames) {
  for (const Level level : {Level::initial, Level::handshake, Level::application}) {
    SCOPED_TRACE(testing::Message() << "level " << static_cast<int>(level));
    PacketOptions options;
    options.without_frames = true;
    expect_closed_in(level, "", {protocol_violation}, options);
  }
}

TEST(Rfc9000Section12_4, FrameTypesThatAreNotKnown) {
  for (const std::uint64_t type : {0x1full, 0x21ull, 0x2full, 0x40ull, 0x1234ull, (1ull << 62) - 1}) {
    SCOPED_TRACE(testing::Message() << "type " << type);
    expect_frames_close(Engine::server, frame::of(type, {1, 2, 3}), frame_encoding_error);
  }
  expect_frames_close(Engine::client, frame::of(0x1f), frame_encoding_error);
}

TEST(Rfc9000Section12_4, FrameTypesInMoreBytesThanNeeded) {
  // May be a PROTOCOL_VIOLATION; ngtcp2 takes them for types that it does not know.
  expect_frames_close(Engine::server, wire_varint(frame::type_ping, 2),
                      {protocol_violation, frame_encoding_error});
}

TEST(Rfc9000Section12_4, FramesThatEndInTheMiddle) {
  const std::vector<std::pair<const char*, std::string>> whole = {
      {"ACK", frame::ack({{0, 0}})},
      {"RESET_STREAM", frame::reset_stream(0, 0, 0)},
      {"STOP_SENDING", frame::stop_sending(0, 0)},
      {"CRYPTO", frame::crypto(0, "x")},
      {"STREAM", frame::stream(0, 0, "x")},
      {"MAX_DATA", frame::max_data(1 << 21)},
      {"MAX_STREAM_DATA", frame::max_stream_data(0, 1)},
      {"MAX_STREAMS", frame::max_streams_bidi(1)},
      {"DATA_BLOCKED", frame::of(frame::type_data_blocked, {1})},
      {"NEW_CONNECTION_ID", frame::new_connection_id(1, 0, "12345678", std::string(16, 't'))},
      {"RETIRE_CONNECTION_ID", frame::retire_connection_id(0)},
      {"PATH_CHALLENGE", frame::path_challenge("12345678")},
      {"PATH_RESPONSE", frame::path_response("12345678")},
      {"CONNECTION_CLOSE", frame::close(0, 0, "reason")},
      {"DATAGRAM", frame::datagram("x")},
  };
  for (const auto& [name, frames] : whole) {
    SCOPED_TRACE(name);
    // PINGs in front, so that the packet is long enough without padding behind.
    const std::string pings(4, static_cast<char>(frame::type_ping));
    expect_frames_close(Engine::server, pings + frames.substr(0, frames.size() - 1), frame_encoding_error);
  }
}

// RFC 9000 table 3.
TEST(Rfc9000Section12_5, FramesThatInitialAndHandshakePacketsMustNotCarry) {
  const std::vector<std::pair<const char*, std::string>> forbidden = {
      {"RESET_STREAM", frame::reset_stream(0, 0, 0)},
      {"STOP_SENDING", frame::stop_sending(0, 0)},
      {"NEW_TOKEN", frame::new_token("token")},
      {"STREAM", frame::stream(0, 0, "x")},
      {"MAX_DATA", frame::max_data(1 << 21)},
      {"MAX_STREAM_DATA", frame::max_stream_data(0, 1)},
      {"MAX_STREAMS", frame::max_streams_bidi(1)},
      {"DATA_BLOCKED", frame::of(frame::type_data_blocked, {1})},
      {"STREAM_DATA_BLOCKED", frame::of(frame::type_stream_data_blocked, {0, 1})},
      {"STREAMS_BLOCKED", frame::of(frame::type_streams_blocked_bidi, {1})},
      {"NEW_CONNECTION_ID", frame::new_connection_id(1, 0, "12345678", std::string(16, 't'))},
      {"RETIRE_CONNECTION_ID", frame::retire_connection_id(0)},
      {"PATH_CHALLENGE", frame::path_challenge("12345678")},
      {"PATH_RESPONSE", frame::path_response("12345678")},
      {"CONNECTION_CLOSE of an application", frame::application_close(7)},
      {"HANDSHAKE_DONE", frame::handshake_done()},
      {"DATAGRAM", frame::datagram("x")},
  };
  for (const auto& [name, frames] : forbidden) {
    SCOPED_TRACE(name);
    expect_closed_in(Level::initial, frames, {protocol_violation});
    expect_closed_in(Level::handshake, frames, {protocol_violation});
  }
}

TEST(Rfc9000Section13_1, AcknowledgingPacketsThatWereNeverSent) {
  for (const Level level : {Level::initial, Level::handshake, Level::application}) {
    SCOPED_TRACE(testing::Message() << "level " << static_cast<int>(level));
    expect_closed_in(level, frame::ack({{1000, 1000}}), {protocol_violation});
  }
  expect_frames_close(Engine::client, frame::ack({{1000, 1000}}), protocol_violation);
}

TEST(Rfc9000Section19_3_1, AckRangesBelowZero) {
  expect_frames_close(Engine::server, frame::of(frame::type_ack, {0, 0, 0, 1}), frame_encoding_error);
  expect_frames_close(Engine::server, frame::of(frame::type_ack, {1, 0, 1, 0, 1, 0}), frame_encoding_error);
  expect_frames_close(Engine::server, frame::of(frame::type_ack, {1, 0, 1, 0, 0, 9}), frame_encoding_error);
}

// Lies about ECN make an endpoint stop using it, no more.
TEST(Rfc9000Section13_4_2, EcnCountsThatCannotBe) {
  struct Case {
    const char* name;
    std::uint64_t ect0, ect1, ce;
  };
  for (const Case& c :
       {Case{"none", 0, 0, 0}, Case{"too many", 1ULL << 40, 0, 0},
        Case{"a codepoint that was not sent", 0, 5, 0}, Case{"all congested", 0, 0, 1 << 20}}) {
    SCOPED_TRACE(c.name);
    Joined joined(Engine::server);
    StreamRecord* s =
        joined.net.pair.server.create_stream(*joined.net.connection, engine::Direction::unidirectional);
    for (int i = 0; i < 10; ++i) {
      s->write("x");
      joined.net.run(std::chrono::milliseconds(20));
      const std::uint64_t largest = joined.peer->packets().back().number;
      joined.peer->send(frame::ack_ecn({{largest, largest}}, c.ect0, c.ect1, c.ce));
    }
    expect_open(joined.net, *joined.peer);
    EXPECT_EQ(joined.net.last_ecn, 0);
  }
}

TEST(Rfc9000Section14_1, AnInitialInASmallDatagramIsDropped) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.add_client();
  const auto transmit = peer.transmit;
  peer.transmit = [&](std::string datagram) {
    ASSERT_EQ(datagram.size(), 1200u);
    datagram.resize(1199);
    transmit(datagram);
  };
  peer.start();
  net.run();
  EXPECT_EQ(peer.bytes_received(), 0u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(Rfc9000Section17_2, ReservedBitsThatAreSet) {
  PacketOptions options;
  options.header_xor = long_reserved_bits;
  expect_closed_in(Level::initial, frame::ping(), {protocol_violation}, options);
  expect_closed_in(Level::handshake, frame::ping(), {protocol_violation}, options);
}

TEST(Rfc9000Section17_3_1, ReservedBitsThatAreSet) {
  PacketOptions options;
  for (const std::uint8_t bits : {short_reserved_bits, std::uint8_t{0x08}, std::uint8_t{0x10}}) {
    options.header_xor = bits;
    expect_closed_in(Level::application, frame::ping(), {protocol_violation}, options);
  }
}

// The server said that it takes a zero (RFC 9287), and greases the bit itself.
TEST(Rfc9287Section3, TheFixedBitMayBeZero) {
  Joined joined(Engine::server);
  PacketOptions options;
  options.header_xor = 0x40;
  joined.peer->send(Level::application, frame::stream(0, 0, "x"), options);
  expect_open(joined.net, *joined.peer);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->body, "x");
}

TEST(Rfc9000Section12_3, APacketNumberThatComesAgainIsIgnored) {
  Joined joined(Engine::server);
  PacketOptions options;
  options.number = joined.peer->next_number(Level::application);
  joined.peer->send(Level::application, frame::stream(0, 0, "x"), options);
  joined.net.run();
  joined.peer->send(Level::application, frame::stream(4, 0, "y"), options);
  expect_open(joined.net, *joined.peer);
  ASSERT_FALSE(joined.net.pair.server.streams.empty());
  EXPECT_EQ(joined.net.pair.server.streams[0]->body, "x");
  for (const auto& s : joined.net.pair.server.streams) EXPECT_NE(s->id, 4);
}

TEST(Rfc9000Section17_1, PacketNumbersOfEveryLengthAndWithGaps) {
  Joined joined(Engine::server);
  std::uint64_t offset = 0;
  for (unsigned bytes = 1; bytes <= 4; ++bytes) {
    PacketOptions options;
    options.number_bytes = bytes;
    options.number = joined.peer->next_number(Level::application) + 50;
    joined.peer->send(Level::application, frame::stream(0, offset++, "x"), options);
  }
  expect_open(joined.net, *joined.peer);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->body, "xxxx");
}

TEST(Rfc9000Section12_2, CoalescedPacketsForOtherConnectionsAreDropped) {
  Joined joined(Engine::server);
  PacketOptions elsewhere;
  elsewhere.dcid = std::string(joined.peer->dcid.size(), 'z');
  InHandshake in_handshake;
  const std::string foreign = in_handshake.peer->make_packet(Level::handshake, frame::ping(), elsewhere);
  in_handshake.peer->transmit(in_handshake.peer->make_packet(Level::handshake, frame::ping()) + foreign);
  in_handshake.net.run();
  EXPECT_FALSE(in_handshake.peer->close());
}

// Only the first packet says where the peer is to be reached.
TEST(Rfc9000Section7_2, ALaterPacketFromAnotherSourceConnectionIdChangesNothing) {
  for (const Level level : {Level::initial, Level::handshake}) {
    InHandshake in_handshake;
    RawPeer& peer = *in_handshake.peer;
    PacketOptions options;
    options.scid = "elsewhr!";
    peer.send(level, frame::ping(), options);
    peer.send(level, frame::ping());
    const std::size_t before = peer.packets().size();
    in_handshake.net.run();
    EXPECT_FALSE(peer.close());
    // Answers, which go on using the first ID: the peer reads no other.
    EXPECT_GT(peer.packets().size(), before);
    EXPECT_TRUE(peer.unread().empty());
  }
}

TEST(Rfc9000Section17_2_2, AServersInitialHasNoToken) {
  RawNetwork net;
  net.start();
  RawPeer::Options options = net.server_options();
  options.token = "token";
  RawPeer& peer = net.add_server(options);
  // Dropped, or a PROTOCOL_VIOLATION.
  EXPECT_FALSE(net.join(peer));
  if (peer.close()) {
    EXPECT_EQ(peer.close()->code, protocol_violation);
  }
  EXPECT_EQ(net.connection->handshakes, 0);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
