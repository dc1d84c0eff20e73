#include "engine/ngtcp2/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ConnectionClose, TellsThePeerCodeAndReason) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  ConnectionRecord* peer = pair.server.only_connection();
  pair.client.close(*pair.connection, 42, "done here");
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  ASSERT_TRUE(pair.run(seconds(1), [peer] { return peer->closes == 1; }));
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
  EXPECT_EQ(peer->close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(peer->close.is_remote, 1);
  EXPECT_EQ(peer->close.is_application, 1);
  EXPECT_EQ(peer->close.code, 42u);
  EXPECT_EQ(peer->close_reason, "done here");
  EXPECT_EQ(pair.connection->closes, 0);  // it closed itself
}

TEST(ConnectionClose, OfTheServerIsToldToTheClientWithItsStreamsFirst) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("x");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  StreamRecord* unopened = pair.client.create_stream(*pair.connection);
  pair.client.log.clear();
  pair.server.close(*pair.server.only_connection(), 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_EQ(s->closes, 1);
  EXPECT_EQ(unopened->closes, 1);
  EXPECT_EQ(pair.client.log.back(), "connection_close");
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
}

TEST(ConnectionClose, AnswersLatePacketsLessAndLess) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  // What the server says now never arrives, so the client goes on sending.
  std::uint64_t answers = 0;
  pair.filter = [&](Packet& p) {
    if (p.from == &pair.server) ++answers;
    return p.from != &pair.server;
  };
  pair.server.close(*pair.server.only_connection(), 0);
  pair.step();
  EXPECT_EQ(answers, 1u);
  for (int i = 0; i < 8; ++i) {
    s->write(std::string(1000, 'x'));
    pair.run(milliseconds(1));
  }
  pair.run(milliseconds(30));
  EXPECT_GE(answers, 3u);
  EXPECT_LE(answers, 5u);
}

TEST(ConnectionClose, IsForgottenAfterThreeProbeTimeouts) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(200));
  pair.client.close(*pair.connection, 0);
  pair.run(seconds(5));
  EXPECT_EQ(pair.client.endpoint->deadline(), never);
  EXPECT_EQ(pair.server.endpoint->deadline(), never);
}

TEST(ConnectionClose, BeforeAnythingWasSentIsSilent) {
  EnginePair pair;
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.client.close(*c, 1);
  pair.run(seconds(1));
  EXPECT_EQ(pair.datagrams_sent, 0u);
  EXPECT_EQ(pair.client.endpoint->deadline(), never);
}

TEST(ConnectionClose, DuringTheHandshakeEndsTheServersAttempt) {
  EnginePair pair;
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.run(milliseconds(5));
  pair.client.close(*c, 1);
  pair.run(seconds(5));
  us_quic_context_stats_t stats;
  pair.server.endpoint->stats(stats);
  EXPECT_EQ(stats.handshakes_failed, 1u);
  EXPECT_TRUE(pair.server.log.empty());
}

// RFC 9000 section 10.2.3: the server learns of a close that was asked for before the client's Finished was
// out.
TEST(ConnectionClose, AsSoonAsTheClientsHandshakeIsDoneReachesTheServer) {
  EnginePair pair;
  pair.start();
  pair.client.on_done = [&](ConnectionRecord& c) {
    pair.client.create_stream(c)->write("never sent");
    c.handle->send_datagram(as_bytes("neither"));
    pair.client.close(c, 42, "changed my mind");
  };
  pair.client.connect(pair.server);
  const TimePoint start = pair.now;
  ASSERT_TRUE(pair.run(seconds(1), [&] {
    return pair.server.only_connection() != nullptr && pair.server.only_connection()->closes == 1;
  }));
  EXPECT_LT(pair.now - start, milliseconds(100));
  EXPECT_THAT(pair.server.log, ElementsAre("connection_open", "handshake", "connection_close"));
  EXPECT_EQ(pair.server.only_connection()->close.code, 42u);
  EXPECT_EQ(pair.server.only_connection()->close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(pair.server.only_connection()->close_reason, "changed my mind");
  us_quic_context_stats_t stats;
  pair.server.endpoint->stats(stats);
  EXPECT_EQ(stats.connections_open, 0u);
  EXPECT_EQ(stats.handshakes_failed, 0u);
}

TEST(ConnectionClose, AsSoonAsTheHandshakeIsDoneWaitsForABlockedSocket) {
  EnginePair pair;
  pair.start();
  pair.client.on_done = [&](ConnectionRecord& c) {
    pair.client.is_blocked = true;
    pair.client.close(c, 42);
  };
  pair.client.connect(pair.server);
  pair.run(milliseconds(100));
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  pair.client.is_blocked = false;
  pair.client.endpoint->unblocked(&pair.client);
  ASSERT_TRUE(pair.run(seconds(1), [&] {
    return pair.server.only_connection() != nullptr && pair.server.only_connection()->closes == 1;
  }));
  EXPECT_EQ(pair.server.only_connection()->close.code, 42u);
}

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

TEST(ConnectionClose, KeepsAStreamThatEndsMeanwhileUntilTheCallerDetaches) {
  EnginePair pair;
  // The end of the stream is in the packet that is being read when the application closes.
  pair.client.on_fin = [](StreamRecord& s) { s.connection->handle->close(0, {}); };
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->finish();
  pair.run(milliseconds(200));  // the client's FIN is acknowledged
  pair.server.streams[0]->handle->finish();
  pair.run(seconds(1));
  ASSERT_TRUE(s->ended);
  ASSERT_NE(s->handle, nullptr);
  EXPECT_EQ(s->handle->id(), 0);
  EXPECT_EQ(s->write("late"), US_QUIC_E_CLOSED);
  EXPECT_EQ(s->closes, 0);
  s->handle->detach();
  pair.connection->handle->detach();
  pair.run(seconds(1));
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

TEST(Datagrams, ArriveUnlessTooLarge) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("one")), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("two")), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(1100, 'z'))), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes(std::string(1500, 'z'))), US_QUIC_E_TOO_LARGE);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.only_connection()->datagrams, ElementsAre("one", "two", std::string(1100, 'z')));
}

// RFC 9221 section 4: Datagram Data may be empty.
TEST(Datagrams, MayBeEmpty) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handle->send_datagram({}), 0);
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("more")), 0);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.only_connection()->datagrams, ElementsAre("", "more"));
}

TEST(Datagrams, AreRefusedWhenThePeerTakesNone) {
  EnginePair pair;
  pair.server.config.datagrams = false;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handle->send_datagram(as_bytes("one")), US_QUIC_E_UNSUPPORTED);
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

TEST(MaximumPacket, GrowsToThePathsSize) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(2));
  us_quic_stats_t stats;
  pair.connection->handle->stats(stats);
  EXPECT_EQ(stats.max_udp_payload, 1452u);
  EXPECT_GT(stats.smoothed_rtt_us, 15000u);
}

TEST(MaximumPacket, StaysBelowWhatThePathDrops) {
  EnginePair pair;
  pair.filter = [](Packet& p) { return p.bytes.size() <= 1280; };
  ASSERT_TRUE(pair.join("echo"));
  pair.run(seconds(20));
  us_quic_stats_t stats;
  pair.connection->handle->stats(stats);
  EXPECT_EQ(stats.max_udp_payload, 1232u);
  EXPECT_EQ(pair.connection->closes, 0);
}

TEST(Shutdown, OfARawConnectionWaitsForItsStreams) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("last words");
  pair.connection->handle->shutdown();
  EXPECT_FALSE(pair.connection->handle->create_stream(engine::Direction::bidirectional, nullptr));
  pair.run(seconds(1));
  EXPECT_EQ(pair.connection->closes, 0);
  pair.server.on_fin = [](StreamRecord& peer) { peer.handle->finish(); };
  s->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_EQ(pair.connection->close.is_remote, 0);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.server.only_connection()->closes == 1; }));
  EXPECT_EQ(pair.server.only_connection()->close.error, US_QUIC_OK);
}

}  // namespace
}  // namespace usquic::test
