// Endpoint's calls about sockets: accepting, refusing, blocked, dropped.
#include "contract.h"
#include "support/endpoint_stats.h"

namespace usquic::test {
namespace {

using Sockets = Contract;

TEST_F(Sockets, MakeNoServerConnectionsUnlessTheyAccept) {
  start();
  pair.server.endpoint->set_accepting(&pair.server, false);
  client = pair.client.connect(pair.server);
  settle();
  EXPECT_TRUE(pair.server.connections.empty());
  EXPECT_EQ(client->handshakes, 0);
}

TEST_F(Sockets, TellNewClientsThatTheyAreRefused) {
  join();
  if (!capabilities().handshake_refusals) GTEST_SKIP() << "this engine refuses in silence";
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ConnectionRecord* late = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([&] { return late->closes == 1; }));
  EXPECT_EQ(late->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(late->close.is_application, 0);
  EXPECT_EQ(late->close.code, connection_refused);
  EXPECT_EQ(pair.server.connections.size(), 1U);
  EXPECT_EQ(client->closes, 0);
  EXPECT_FALSE(pair.server.endpoint->has_handshakes(&pair.server));
}

// "Connections whose socket is blocked do not count until unblocked()."
TEST_F(Sockets, ThatHaveNoRoomKeepWhatIsToBeSent) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  pair.client.is_blocked = true;
  s->write(" again");
  pair.client.endpoint->flush(pair.now, pair.client);
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  settle();
  EXPECT_EQ(remote->body, "hello");
  pair.client.is_blocked = false;
  pair.client.endpoint->unblocked(&pair.client);
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  ASSERT_TRUE(run_until([&] { return remote->body == "hello again"; }));
}

TEST_F(Sockets, TellWhetherAClosesPacketsAreStillToBeWritten) {
  join();
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
  pair.client.close(*client, 1);
  EXPECT_TRUE(pair.client.endpoint->has_unsent_close(&pair.client));
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  pair.client.endpoint->flush(pair.now, pair.client);
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
}

// "Forget every connection on it, also closing ones."
TEST_F(Sockets, ThatAreDroppedAreForgotten) {
  join();
  pair.client.close(*client, 1);
  pair.client.endpoint->drop_socket(&pair.client);
  EXPECT_FALSE(pair.client.endpoint->has_unsent_close(&pair.client));
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  const std::size_t before = pair.client.log.size();
  const std::uint64_t sent = pair.datagrams_sent;
  pair.client.endpoint->flush(pair.now, pair.client);
  EXPECT_EQ(pair.datagrams_sent, sent);
  EXPECT_EQ(pair.client.log.size(), before);
}

// "Runs of equal-size packets": checked by the pair at every commit; here, that one flush writes several.
TEST_F(Sockets, GetRunsOfPackets) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s, "x");
  ASSERT_NE(remote, nullptr);
  ASSERT_EQ(s->write(std::string(100'000, 'b')), 100'000);
  ASSERT_TRUE(run_until([&] { return remote->body.size() == 100'001; }));
}

TEST_F(Sockets, CountConnectionsAndDatagrams) {
  join();
  const us_quic_context_stats_t of_server = stats_of(pair.server);
  EXPECT_EQ(of_server.connections_accepted, 1U);
  EXPECT_GE(of_server.datagrams_received, 1U);
  us_quic_stats_t of_client{};
  client->handle->stats(of_client);
  EXPECT_GE(of_client.packets_sent, 1U);
  EXPECT_GE(of_client.bytes_sent, of_client.packets_sent);
  EXPECT_GE(of_client.packets_received, 1U);
}

TEST_F(Sockets, DropDatagramsThatMeanNothing) {
  join();
  settle();
  const us_quic_context_stats_t before = stats_of(pair.server);
  unsigned beside = 0;  // what the client's engine sends by itself, as probes
  pair.filter = [&](const Packet& packet) {
    if (packet.destination == pair.server.address) ++beside;
    return true;
  };
  pair.inject({pair.now, &pair.client, pair.client.address, pair.server.address, {1, 2, 3}, 0});
  settle();
  const us_quic_context_stats_t after = stats_of(pair.server);
  EXPECT_EQ(after.datagrams_received, before.datagrams_received + 1 + beside);
  EXPECT_EQ(after.datagrams_dropped, before.datagrams_dropped + 1);
  EXPECT_EQ(server->closes, 0);
}

}  // namespace
}  // namespace usquic::test
