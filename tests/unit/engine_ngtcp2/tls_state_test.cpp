#include "engine/ngtcp2/tls_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(ConnectionFailure, ForAnUnknownAuthorityIsUntrusted) {
  EnginePair pair;
  const Authority other;
  pair.client.tls_options.trust.text = other.certificate();
  EXPECT_FALSE(pair.join("echo"));
  EXPECT_EQ(pair.connection->close.error, US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(pair.connection->handshakes, 0);
  EXPECT_TRUE(pair.server.log.empty());
  const us_quic_context_stats_t stats = stats_of(pair.server);
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

// A server's session goes with the handshake; what it said stays.
TEST(TlsState, OfAServerAnswersWhenItsSessionIsReleased) {
  EnginePair pair;
  pair.server.tls_options.alpn = pair.client.tls_options.alpn = {"echo"};
  pair.start();
  std::string name;
  std::string alpn;
  pair.server.on_done = [&](ConnectionRecord& c) {
    name = c.handle->server_name();
    alpn = c.handle->alpn();
  };
  pair.client.connect(pair.server);
  pair.run(seconds(1));
  const engine::Connection& c = *pair.server.only_connection()->handle;
  EXPECT_EQ(name, "server.test");
  EXPECT_EQ(c.server_name(), name);
  EXPECT_EQ(alpn, "echo");
  EXPECT_EQ(c.alpn(), alpn);
  EXPECT_FALSE(c.is_authorized());
  EXPECT_FALSE(c.is_resumed());
  EXPECT_FALSE(c.has_ticket());
  EXPECT_TRUE(c.peer_certificate().empty());
}

}  // namespace
}  // namespace usquic::test
