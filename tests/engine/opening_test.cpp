// How connections and streams begin.
#include <array>

#include "contract.h"
#include "support/http3_message.h"

namespace usquic::test {
namespace {

using Opening = Contract;

TEST_F(Opening, IsToldToTheServerBeforeItsHandshakeAndToTheClientOnce) {
  join();
  EXPECT_EQ(server->opens, 1);
  EXPECT_EQ(server->handshakes, 1);
  EXPECT_EQ(pair.server.log[0], "connection_open");
  EXPECT_EQ(pair.server.log[1], "handshake");
  EXPECT_EQ(client->opens, 0);
  EXPECT_EQ(client->handshakes, 1);
  EXPECT_EQ(pair.client.log[0], "handshake");
}

TEST_F(Opening, AConnectionKnowsItsSidesProtocolAndName) {
  join();
  EXPECT_TRUE(client->handle->is_client());
  EXPECT_FALSE(server->handle->is_client());
  EXPECT_EQ(client->handle->alpn(), "echo");
  EXPECT_EQ(server->handle->alpn(), "echo");
  EXPECT_EQ(server->handle->server_name(), "server.test");
  EXPECT_EQ(client->handle->path().remote, pair.server.address);
  EXPECT_EQ(server->handle->path().remote, pair.client.address);
  EXPECT_EQ(client->handle->path().socket, &pair.client);
  EXPECT_FALSE(client->handle->id().empty());
  EXPECT_FALSE(client->handle->failure());
}

TEST_F(Opening, AConnectionKnowsWhatItsHandshakeAgreedOn) {
  join();
  if (!capabilities().tls) GTEST_SKIP() << "no TLS";
  for (const ConnectionRecord* c : {client, server}) {
    const us_quic_tls_t tls = c->handle->tls_parameters();
    EXPECT_STREQ(tls.cipher_suite, "TLS_AES_128_GCM_SHA256");
    EXPECT_STREQ(tls.group, "x25519");
    EXPECT_STREQ(tls.signature_scheme, "ed25519");
  }
}

TEST_F(Opening, BothSidesExportTheSameKeyingMaterialOnceTheHandshakeIsDone) {
  start();
  if (!capabilities().tls) GTEST_SKIP() << "no TLS";
  client = pair.client.connect(pair.server);
  std::array<std::uint8_t, 40> of_client{};
  std::array<std::uint8_t, 40> of_server{};
  const Bytes context = as_bytes("context");
  EXPECT_EQ(client->handle->export_keying_material(of_client, "EXPERIMENTAL test", context).error(),
            US_QUIC_E_STATE);
  ASSERT_TRUE(run_until([this] { return client->handshakes == 1; }));
  settle();
  server = pair.server.only_connection();
  EXPECT_EQ(client->handle->export_keying_material(of_client, "EXPERIMENTAL test", context).error(), 0);
  EXPECT_EQ(server->handle->export_keying_material(of_server, "EXPERIMENTAL test", context).error(), 0);
  EXPECT_EQ(of_client, of_server);
  EXPECT_EQ(server->handle->export_keying_material(of_server, "EXPERIMENTAL test", {}).error(), 0);
  EXPECT_NE(of_client, of_server);
}

// "A stream that cannot open yet waits for the handshake."
TEST_F(Opening, AStreamCreatedBeforeTheHandshakeOpensAfterIt) {
  start();
  client = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*client);
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->handle->id(), -1);
  EXPECT_EQ(s->write("early"), 5);
  ASSERT_TRUE(
      run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->body == "early"; }));
  EXPECT_TRUE(s->opened);
  EXPECT_TRUE(s->is_local);
  EXPECT_GE(s->handle->id(), 0);
  EXPECT_EQ(pair.server.streams[0]->id, s->handle->id());
  EXPECT_FALSE(pair.server.streams[0]->is_local);
}

// "Or for credit."
TEST_F(Opening, AStreamBeyondThePeersBoundOpensWhenAnotherIsOver) {
  pair.server.config.max_streams_bidi = 2;
  join();
  EXPECT_EQ(client->handle->max_streams(), 2U);
  std::vector<StreamRecord*> streams;
  for (int i = 0; i < 3; ++i) {
    streams.push_back(pair.client.create_stream(*client));
    streams.back()->write("x");
  }
  settle();
  EXPECT_TRUE(streams[0]->opened);
  EXPECT_TRUE(streams[1]->opened);
  EXPECT_FALSE(streams[2]->opened);
  EXPECT_EQ(client->handle->max_streams(), 0U);
  ASSERT_EQ(pair.server.streams.size(), 2U);
  streams[0]->handle->finish();
  pair.server.streams[0]->handle->finish();
  ASSERT_TRUE(run_until([&] { return streams[2]->opened && streams[0]->closes == 1; }));
}

TEST_F(Opening, StreamsOfBothSidesHaveIdsOfTheirOwn) {
  join();
  StreamRecord* local = nullptr;
  StreamRecord* remote = open_stream(local);
  ASSERT_NE(remote, nullptr);
  StreamRecord* back = pair.server.create_stream(*server);
  ASSERT_NE(back, nullptr);
  back->write("back");
  ASSERT_TRUE(
      run_until([&] { return pair.client.streams.size() == 2 && pair.client.streams[1]->body == "back"; }));
  EXPECT_NE(back->handle->id(), local->handle->id());
  EXPECT_TRUE(back->handle->is_local());
  EXPECT_FALSE(pair.client.streams[1]->handle->is_local());
  EXPECT_FALSE(back->handle->is_unidirectional());
}

TEST_F(Opening, OfHttp3IsForClientsAlone) {
  join("h3");
  EXPECT_EQ(pair.server.create_stream(*server), nullptr);
  EXPECT_NE(ask(pair.client, *client), nullptr);
}

}  // namespace
}  // namespace usquic::test
