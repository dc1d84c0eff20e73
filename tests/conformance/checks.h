// What conformance tests check: the code in the CONNECTION_CLOSE that the engine puts on the wire, and that
// its other connections do not notice.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/raw_network.h"

namespace usquic::test {

// RFC 9000 section 20.1.
enum TransportError : std::uint64_t {
  no_error = 0x00,
  flow_control_error = 0x03,
  stream_limit_error = 0x04,
  stream_state_error = 0x05,
  final_size_error = 0x06,
  frame_encoding_error = 0x07,
  transport_parameter_error = 0x08,
  connection_id_limit_error = 0x09,
  protocol_violation = 0x0a,
  invalid_token = 0x0b,
  application_error = 0x0c,
  crypto_buffer_exceeded = 0x0d,
  key_update_error = 0x0e,
  crypto_error = 0x100,  // and a TLS alert
};

// TLS alerts (RFC 8446 section 6).
inline constexpr std::uint64_t alert_unexpected_message = 10;
inline constexpr std::uint64_t alert_handshake_failure = 40;
inline constexpr std::uint64_t alert_missing_extension = 109;
inline constexpr std::uint64_t alert_no_application_protocol = 120;

enum class Engine { server, client };
inline constexpr Engine both[] = {Engine::server, Engine::client};

// The engine closed this peer's connection with one of these transport errors, and its neighbours go on.
// Several are given where the RFC leaves a choice.
inline void expect_closed(RawNetwork& net, RawPeer& peer, const std::vector<std::uint64_t>& codes) {
  net.run();
  ASSERT_TRUE(peer.close()) << "no CONNECTION_CLOSE came";
  EXPECT_FALSE(peer.close()->is_application) << std::hex << peer.close()->code;
  EXPECT_THAT(codes, testing::Contains(peer.close()->code)) << peer.close()->reason;
  EXPECT_TRUE(net.neighbours_talk());
}

inline void expect_closed(RawNetwork& net, RawPeer& peer, std::uint64_t code) {
  expect_closed(net, peer, std::vector<std::uint64_t>{code});
}

// The connection is as it was: a new stream of the peer reaches the application (server), or one of the
// application's the peer (client).
inline void expect_open(RawNetwork& net, RawPeer& peer) {
  net.run();
  ASSERT_FALSE(peer.close()) << std::hex << peer.close()->code << " " << peer.close()->reason;
  ASSERT_NE(net.connection, nullptr);
  ASSERT_EQ(net.connection->closes, 0);
  Side& engine = peer.is_server() ? net.pair.client : net.pair.server;
  StreamRecord* s = engine.create_stream(*net.connection, engine::Direction::unidirectional);
  ASSERT_NE(s, nullptr);
  s->write("still here");
  s->handle->finish();
  net.run(std::chrono::seconds(1), [&] { return s->id >= 0 && peer.stream(s->id).fin; });
  ASSERT_GE(s->id, 0);
  EXPECT_EQ(peer.stream(s->id).data, "still here");
}

// A network with one peer whose handshake is done.
struct Joined {
  explicit Joined(Engine role) : Joined(role, [](EnginePair&) {}) {}
  template <class Configure>
  Joined(Engine role, Configure configure) {
    configure(net.pair);
    net.start();
    peer = role == Engine::server ? &net.join_client() : &net.join_server();
  }
  RawNetwork net;
  RawPeer* peer;
};

// These frames in a 1-RTT packet end the connection with one of these codes.
inline void expect_frames_close(Engine role, std::string_view frames,
                                const std::vector<std::uint64_t>& codes) {
  Joined joined(role);
  joined.peer->send(frames);
  expect_closed(joined.net, *joined.peer, codes);
}

inline void expect_frames_close(Engine role, std::string_view frames, std::uint64_t code) {
  expect_frames_close(role, frames, std::vector<std::uint64_t>{code});
}

inline void expect_frames_pass(Engine role, std::string_view frames) {
  Joined joined(role);
  joined.peer->send(frames);
  expect_open(joined.net, *joined.peer);
}

// A case of a table.
struct FramesCase {
  const char* name;
  std::string frames;
  std::uint64_t code;
};

inline void expect_cases_close(Engine role, const std::vector<FramesCase>& cases) {
  for (const FramesCase& c : cases) {
    SCOPED_TRACE(c.name);
    expect_frames_close(role, c.frames, c.code);
  }
}

}  // namespace usquic::test
