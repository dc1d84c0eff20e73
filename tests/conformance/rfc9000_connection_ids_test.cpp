// RFC 9000 sections 5.1 and 7.3: connection IDs, issued, retired and authenticated.
#include "checks.h"

namespace usquic::test {
namespace {

const std::string token(16, 't');

std::string id(unsigned n) {
  return "other-" + wire_integer(n, 2);
}

std::string new_id(std::uint64_t sequence, std::uint64_t retire_prior_to = 0) {
  const auto n = static_cast<unsigned>(sequence);
  return frame::new_connection_id(sequence, retire_prior_to, id(n), std::string(16, static_cast<char>(n)));
}

TEST(Rfc9000Section5_1_1, MoreConnectionIdsThanTheLimit) {
  // The engine allows 4; the handshake gave it one.
  expect_frames_pass(Engine::server, new_id(1) + new_id(2) + new_id(3));
  expect_frames_close(Engine::server, new_id(1) + new_id(2) + new_id(3) + new_id(4),
                      connection_id_limit_error);
  expect_frames_close(Engine::client, new_id(1) + new_id(2) + new_id(3) + new_id(4),
                      connection_id_limit_error);
}

TEST(Rfc9000Section5_1_2, RetirePriorToIsFollowed) {
  Joined joined(Engine::server);
  joined.peer->send(new_id(1) + new_id(2, 2));
  joined.net.run();
  EXPECT_EQ(joined.peer->count(frame::type_retire_connection_id), 2u);
  EXPECT_FALSE(joined.peer->close());
}

TEST(Rfc9000Section19_15, AConnectionIdIssuedTwiceMustBeTheSame) {
  expect_frames_pass(Engine::server, new_id(1) + new_id(1));
  expect_frames_close(Engine::server, new_id(1) + frame::new_connection_id(1, 0, id(9), token),
                      protocol_violation);
  expect_frames_close(
      Engine::server,
      frame::new_connection_id(1, 0, id(1), token) + frame::new_connection_id(2, 0, id(1), token),
      protocol_violation);
}

TEST(Rfc9000Section19_15, AConnectionIdOfNoPossibleLength) {
  expect_frames_close(Engine::server, frame::new_connection_id(1, 0, "", token), frame_encoding_error);
  expect_frames_close(Engine::server, frame::new_connection_id(1, 0, std::string(21, 'x'), token),
                      frame_encoding_error);
}

TEST(Rfc9000Section19_15, RetirePriorToAboveTheSequenceNumber) {
  expect_frames_close(Engine::server, new_id(1, 2), frame_encoding_error);
}

TEST(Rfc9000Section19_15, NewConnectionIdToWhoIsSentNone) {
  RawNetwork net;
  net.start();
  RawPeer::Options options = net.client_options();
  options.scid = "";
  RawPeer& peer = net.join_client(options);
  peer.send(new_id(1));
  expect_closed(net, peer, protocol_violation);
}

TEST(Rfc9000Section19_16, RetiringAConnectionIdThatWasNeverIssued) {
  expect_frames_close(Engine::server, frame::retire_connection_id(1000), protocol_violation);
  expect_frames_close(Engine::client, frame::retire_connection_id(1000), protocol_violation);
}

TEST(Rfc9000Section19_16, ARetiredConnectionIdIsReplaced) {
  Joined joined(Engine::server);
  const std::size_t issued = joined.peer->count(frame::type_new_connection_id);
  EXPECT_GT(issued, 0u);
  joined.peer->dcid = joined.peer->last(frame::type_new_connection_id)->data;
  joined.peer->send(frame::retire_connection_id(0));
  joined.net.run();
  EXPECT_EQ(joined.peer->count(frame::type_new_connection_id), issued + 1);
  expect_open(joined.net, *joined.peer);
}

// A peer whose parameter does not name the ID that was really used: RFC 9000 section 7.3 leaves the choice.
void expect_refused(Engine role, std::uint64_t parameter, std::optional<std::string> value) {
  SCOPED_TRACE(testing::Message() << "parameter " << parameter << (value ? "" : " missing"));
  RawNetwork net;
  net.start();
  RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
  options.edit_parameters = [&](TransportParameters& p) {
    p.remove(parameter);
    if (value) p.add(parameter, std::string_view(*value));
  };
  RawPeer& peer = role == Engine::server ? net.add_client(options) : net.add_server(options);
  EXPECT_FALSE(net.join(peer));
  expect_closed(net, peer, {transport_parameter_error, protocol_violation});
}

TEST(Rfc9000Section7_3, ConnectionIdsOfTheHandshakeAreAuthenticated) {
  for (const Engine role : {Engine::server, Engine::client}) {
    expect_refused(role, parameter_initial_scid, std::nullopt);
    expect_refused(role, parameter_initial_scid, "wrong-id");
  }
  expect_refused(Engine::client, parameter_original_dcid, std::nullopt);
  expect_refused(Engine::client, parameter_original_dcid, "wrong-id");
  expect_refused(Engine::client, parameter_retry_scid, "wrong-id");
}

}  // namespace
}  // namespace usquic::test
