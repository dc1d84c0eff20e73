// Handshakes under way, and what they settle: certificates, tickets, early streams.
#include <algorithm>

#include "contract.h"
#include "support/certificates.h"

namespace usquic::test {
namespace {

class Handshake : public Contract {
 protected:
  // A client's handshake that the server has begun and not ended.
  void begin(std::string_view alpn = "echo") {
    start(alpn);
    client = pair.client.connect(pair.server);
    ASSERT_TRUE(run_until([this] { return pair.server.endpoint->has_handshakes(&pair.server); }));
    ASSERT_TRUE(pair.server.connections.empty());
  }

  // Of the second connection to the same server, which may resume.
  void join_again() {
    join();
    ASSERT_TRUE(run_until([this] { return client->handle->has_ticket(); }));
    pair.client.log.clear();
    pair.server.log.clear();
    client = pair.client.connect(pair.server);
  }

  // Both sides know of the second connection.
  void complete_again() {
    ASSERT_TRUE(run_until([this] {
      return client->handshakes == 1 && pair.server.connections.size() == 2 &&
             pair.server.connections.back()->handshakes == 1;
    }));
    server = pair.server.connections.back().get();
  }

  void show_client_certificate() {
    LeafOptions leaf;
    leaf.dns_names = {"client.test"};
    leaf.for_clients = true;
    const Identity identity = pair.authority.issue(leaf);
    pair.client.tls_options.identity.certificate.text = identity.certificate;
    pair.client.tls_options.identity.key.text = identity.key;
  }
};

// ---- Under way ----

// "A server's handshake is under way on this socket: on_connection_open() may follow."
TEST_F(Handshake, IsUnderWayUntilTheServerIsToldOfTheConnection) {
  start();
  if (!capabilities().tls) GTEST_SKIP() << "one datagram completes this engine's handshakes";
  const auto is_under_way = [](Side& side) { return side.endpoint->has_handshakes(&side); };
  EXPECT_FALSE(is_under_way(pair.server));
  client = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([&] { return is_under_way(pair.server); }));
  EXPECT_TRUE(pair.server.connections.empty());
  EXPECT_FALSE(is_under_way(pair.client)) << "a client's is none";
  ASSERT_TRUE(run_until([&] { return pair.server.connections.size() == 1; }));
  EXPECT_FALSE(is_under_way(pair.server));
}

TEST_F(Handshake, IsUnderWayNoMoreWhenTheClientGaveItUp) {
  start();
  if (!capabilities().handshake_refusals) GTEST_SKIP() << "this engine gives up in silence";
  if (!capabilities().tls) GTEST_SKIP() << "one datagram completes this engine's handshakes";
  client = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([this] { return pair.server.endpoint->has_handshakes(&pair.server); }));
  pair.client.close(*client, 0);
  ASSERT_TRUE(run_until([this] { return !pair.server.endpoint->has_handshakes(&pair.server); }));
  EXPECT_TRUE(pair.server.connections.empty());
}

// "false: handshakes under way end with CONNECTION_REFUSED."
TEST_F(Handshake, UnderWayIsRefusedByASocketThatAcceptsNoMore) {
  start();
  if (!capabilities().handshake_refusals) GTEST_SKIP() << "this engine refuses in silence";
  if (!capabilities().tls) GTEST_SKIP() << "one datagram completes this engine's handshakes";
  begin();
  pair.server.endpoint->set_accepting(&pair.server, false);
  ASSERT_TRUE(run_until([this] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(client->close.is_application, 0);
  EXPECT_EQ(client->close.code, connection_refused);
  EXPECT_FALSE(pair.server.endpoint->has_handshakes(&pair.server));
  EXPECT_TRUE(pair.server.connections.empty()) << "nobody is told of it";
}

// "Handshakes under way may complete; their connections are shut down from their start, as by
// shutdown()."
TEST_F(Handshake, UnderWayCompletesOnASocketThatRefusesNewClients) {
  start("h3");
  if (!capabilities().handshake_refusals) GTEST_SKIP() << "this engine refuses in silence";
  if (!capabilities().tls) GTEST_SKIP() << "one datagram completes this engine's handshakes";
  begin("h3");
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ConnectionRecord* late = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([&] { return client->handshakes == 1 && late->closes == 1; }));
  EXPECT_EQ(late->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(client->closes, 0);
  ASSERT_TRUE(run_until([this] { return client->goaways == 1; }));
  ASSERT_TRUE(run_until([this] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_OK);
  ASSERT_EQ(pair.server.connections.size(), 1U);
  EXPECT_EQ(pair.server.connections[0]->close.error, US_QUIC_OK);
}

// ---- Certificates ----

// "The leaf in DER", "verified against the trusted roots."
TEST_F(Handshake, ShowsTheServersCertificate) {
  join();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's peers have no certificates";
  constexpr std::uint8_t sequence = 0x30;  // as every certificate in DER begins
  ASSERT_FALSE(client->handle->peer_certificate().empty());
  EXPECT_EQ(client->handle->peer_certificate()[0], sequence);
  EXPECT_TRUE(client->handle->is_authorized());
}

// "Empty: the peer showed none."
TEST_F(Handshake, ShowsNoCertificateOfAClientThatIsNotAsked) {
  show_client_certificate();
  join();
  EXPECT_TRUE(server->handle->peer_certificate().empty());
  EXPECT_FALSE(server->handle->is_authorized());
}

TEST_F(Handshake, ShowsTheCertificateOfAClientThatIsAsked) {
  show_client_certificate();
  pair.server.tls_options.request_client_certificate = true;
  pair.server.tls_options.trust.text = pair.authority.certificate();
  join();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's peers have no certificates";
  EXPECT_FALSE(server->handle->peer_certificate().empty());
  EXPECT_TRUE(server->handle->is_authorized());
}

TEST_F(Handshake, DoesNotAuthorizeACertificateWithoutATrustedRoot) {
  show_client_certificate();
  const Authority other("another root");
  pair.server.tls_options.request_client_certificate = true;
  pair.server.tls_options.trust.text = other.certificate();
  join();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's peers have no certificates";
  EXPECT_FALSE(server->handle->peer_certificate().empty());
  EXPECT_FALSE(server->handle->is_authorized());
}

// ---- Tickets ----

// "A client's: one came, for a later connection."
TEST_F(Handshake, LeavesATicketWithTheClient) {
  join();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's sessions have no tickets";
  EXPECT_TRUE(client->handle->has_ticket());
  EXPECT_FALSE(server->handle->has_ticket());
}

// "From a ticket of an earlier connection."
TEST_F(Handshake, ResumesFromTheTicketOfAnEarlierConnection) {
  start();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's sessions have no tickets";
  join_again();
  complete_again();
  EXPECT_TRUE(client->handle->is_resumed());
  EXPECT_TRUE(server->handle->is_resumed());
  EXPECT_FALSE(pair.client.connections[0]->handle->is_resumed());
  EXPECT_FALSE(pair.server.connections[0]->handle->is_resumed());
}

TEST_F(Handshake, DoesNotResumeUnderAnotherName) {
  const Identity identity = leaf_for(pair.authority, {"server.test", "other.test"});
  pair.server.tls_options.identity.certificate.text = identity.certificate;
  pair.server.tls_options.identity.key.text = identity.key;
  join();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's sessions have no tickets";
  client = pair.client.connect(pair.server, "other.test");
  complete_again();
  EXPECT_FALSE(client->handle->is_resumed());
  EXPECT_FALSE(server->handle->is_resumed());
}

// ---- Early streams ----

// "The peer opened it in 0-RTT data": then before the handshake is complete, and only then.
TEST_F(Handshake, LetsStreamsOfAResumedConnectionOpenEarlyOrNot) {
  start();
  if (!capabilities().tls) GTEST_SKIP() << "this engine's sessions have no tickets";
  join_again();
  StreamRecord* s = pair.client.create_stream(*client);
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->write("at once"), 7);
  complete_again();
  ASSERT_TRUE(
      run_until([this] { return server->streams.size() == 1 && server->streams[0]->body == "at once"; }));
  EXPECT_EQ(server->streams[0]->handle->is_early(), capabilities().early_data);
  for (const Side* side : {&pair.client, &pair.server}) {
    const auto opened = std::find(side->log.begin(), side->log.end(), "stream_open");
    const auto completed = std::find(side->log.begin(), side->log.end(), "handshake");
    ASSERT_NE(opened, side->log.end());
    EXPECT_EQ(opened < completed, capabilities().early_data);
  }
}

TEST_F(Handshake, OfAFirstConnectionHasNoEarlyStreams) {
  start();
  client = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*client);
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->write("at once"), 7);
  ASSERT_TRUE(run_until(
      [this] { return !pair.server.streams.empty() && pair.server.streams[0]->body == "at once"; }));
  EXPECT_FALSE(s->handle->is_early());
  EXPECT_FALSE(pair.server.streams[0]->handle->is_early());
  EXPECT_EQ(pair.server.log[0], "connection_open");
  EXPECT_EQ(pair.server.log[1], "handshake");
}

}  // namespace
}  // namespace usquic::test
