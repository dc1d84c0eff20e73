#include "engine/ngtcp2/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(Connection, BegunOnABlockedSocketTimesOut) {
  EnginePair pair;
  pair.client.config.handshake_timeout = seconds(5);
  pair.start();
  pair.client.is_blocked = true;
  const ConnectionRecord* first = pair.client.connect(pair.server);
  pair.run(seconds(1));
  const ConnectionRecord* second = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(10), [&] { return first->closes + second->closes == 2; }));
  EXPECT_EQ(second->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
}

TEST(ConnectionTimeout, EndsAnIdleConnection) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.filter = [](Packet&) { return false; };
  ASSERT_TRUE(pair.run(seconds(40), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_IDLE_TIMEOUT);
  pair.run(seconds(40));
  EXPECT_EQ(pair.server.only_connection()->closes, 1);
}

TEST(ConnectionTimeout, EndsAHandshakeThatNobodyAnswers) {
  EnginePair pair;
  pair.filter = [](Packet&) { return false; };
  pair.start();
  const TimePoint began = pair.now;
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(60), [c] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_LE(pair.now - began, seconds(11));
}

TEST(ConnectionTimeout, IsPreventedByKeepAlive) {
  EnginePair pair;
  pair.client.config.keep_alive = seconds(10);
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(300));
  EXPECT_EQ(pair.connection->closes, 0);
  EXPECT_EQ(pair.server.only_connection()->closes, 0);
}

TEST(ConnectionTimeout, KeepAliveIsInTimeForTheShorterIdleTimeout) {
  EnginePair pair;
  pair.client.config.keep_alive = seconds(15);
  pair.server.config.idle_timeout = seconds(3);
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(60));
  EXPECT_EQ(pair.connection->closes, 0);
  EXPECT_EQ(pair.server.only_connection()->closes, 0);
}

TEST(ConnectionTimeout, KeepAliveMayBeginAndEndLater) {
  EnginePair pair;
  pair.server.config.idle_timeout = seconds(3);
  ASSERT_TRUE(pair.join("echo"));
  pair.connection->handle->set_keep_alive(seconds(15));
  pair.run(seconds(60));
  EXPECT_EQ(pair.connection->closes, 0);
  pair.connection->handle->set_keep_alive({});
  pair.run(seconds(10));
  EXPECT_EQ(pair.connection->closes, 1);
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_IDLE_TIMEOUT);
}

TEST(ConnectionFailure, ByIcmpEndsOnlyAHandshake) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  ConnectionRecord* second = pair.client.connect(pair.server);
  const engine::Path path{pair.client.address, pair.server.address, &pair.client};
  pair.client.endpoint->path_failed(pair.now, path, ECONNREFUSED);
  EXPECT_EQ(second->closes, 0);  // told from flush alone
  pair.run(seconds(1));
  EXPECT_EQ(second->closes, 1);
  EXPECT_EQ(second->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(pair.connection->closes, 0);
}

TEST(ConnectionFailure, ForAnUnknownAuthorityIsUntrusted) {
  EnginePair pair;
  const Authority other;
  pair.client.tls_options.trust.text = other.certificate();
  EXPECT_FALSE(pair.join("echo"));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(pair.connection->handshakes, 0);
  EXPECT_TRUE(pair.server.log.empty());
  us_quic_context_stats_t stats;
  pair.server.endpoint->stats(stats);
  EXPECT_EQ(stats.handshakes_failed, 1u);
  EXPECT_EQ(stats.connections_accepted, 0u);
}

TEST(ConnectionFailure, ForAnotherNameNamesIt) {
  EnginePair pair;
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server, "other.test");
  ASSERT_TRUE(pair.run(seconds(5), [c] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_CERT_NAME);
  EXPECT_THAT(c->close_reason, HasSubstr("server.test"));
}

TEST(ConnectionFailure, WithoutACommonProtocolSaysSo) {
  EnginePair pair;
  pair.client.tls_options.alpn = {"one"};
  pair.server.tls_options.alpn = {"two"};
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(5), [c] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_ALPN);
  EXPECT_EQ(c->handshakes, 0);
  EXPECT_TRUE(pair.server.log.empty());
}

TEST(ClientCertificate, IsShownToTheServer) {
  EnginePair pair;
  LeafOptions leaf;
  leaf.common_name = "client.test";
  leaf.dns_names = {"client.test"};
  leaf.for_clients = true;
  const Identity identity = pair.authority.issue(leaf);
  pair.client.tls_options.identity.certificate.text = identity.certificate;
  pair.client.tls_options.identity.key.text = identity.key;
  pair.server.tls_options.request_client_certificate = true;
  pair.server.tls_options.verify_client = true;
  pair.server.tls_options.trust.text = pair.authority.certificate();
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_TRUE(pair.server.only_connection()->handle->is_authorized());
  EXPECT_FALSE(pair.server.only_connection()->handle->peer_certificate().empty());
}

TEST(ClientCertificate, MissingEndsTheHandshakeAtBothSides) {
  EnginePair pair;
  pair.server.tls_options.request_client_certificate = true;
  pair.server.tls_options.verify_client = true;
  pair.server.tls_options.trust.text = pair.authority.certificate();
  pair.join("echo");
  ASSERT_TRUE(pair.run(seconds(5), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_CERT_REQUIRED);
  EXPECT_TRUE(pair.server.log.empty());
}

TEST(Resumption, UsesTheTicketOfTheConnectionBefore) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_FALSE(pair.connection->handle->is_resumed());
  pair.run(milliseconds(500));
  pair.client.close(*pair.connection, 0);
  pair.run(milliseconds(500));
  ConnectionRecord* second = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(5), [second] { return second->handshakes == 1; }));
  EXPECT_TRUE(second->handle->is_resumed());
  EXPECT_TRUE(second->handle->is_authorized());
}

TEST(Path, ChangesOnlyAfterValidation) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  ConnectionRecord* peer = pair.server.only_connection();
  const Address old_address = pair.client.address;
  const Address rebound = *Address::parse("192.0.2.77", 61000);
  bool is_validated = false;
  pair.filter = [&](Packet& p) {
    // A NAT that gave the client another address.
    if (p.from == &pair.client) p.source = rebound;
    if (p.from == &pair.server && p.destination == rebound) p.destination = old_address;
    return true;
  };
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("from elsewhere");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  is_validated = peer->handle->path().remote == rebound;
  EXPECT_FALSE(is_validated);
  const engine::Path* path = &peer->handle->path();
  ASSERT_TRUE(pair.run(seconds(2), [&] { return peer->handle->path().remote == rebound; }));
  EXPECT_EQ(path, &peer->handle->path());
  pair.server.streams[0]->write("found you");
  ASSERT_TRUE(pair.run(seconds(2), [&] { return s->body == "found you"; }));
}

}  // namespace
}  // namespace usquic::test
