// The hand-driven peer itself: that it completes handshakes with the engine in both roles, and that what it
// reads is what the engine sent.
#include "support/raw_peer.h"

#include <gtest/gtest.h>

#include "support/raw_network.h"

namespace usquic::test {
namespace {

TEST(RawPeer, CompletesAHandshakeAsClient) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  EXPECT_EQ(net.connection->handshakes, 1);
  EXPECT_EQ(net.connection->handle->server_name(), "server.test");
  peer.write(0, "hello", true);
  net.run();
  ASSERT_EQ(net.pair.server.streams.size(), 1u);
  EXPECT_EQ(net.pair.server.streams[0]->body, "hello");
  EXPECT_TRUE(net.pair.server.streams[0]->ended);
  net.pair.server.streams[0]->write("answer");
  net.pair.server.streams[0]->handle->finish();
  net.run();
  EXPECT_EQ(peer.stream(0).data, "answer");
  EXPECT_TRUE(peer.stream(0).fin);
  net.pair.server.close(*net.connection, 42, "bye");
  net.run();
  ASSERT_TRUE(peer.close());
  EXPECT_TRUE(peer.close()->is_application);
  EXPECT_EQ(peer.close()->code, 42u);
  EXPECT_EQ(peer.close()->reason, "bye");
}

TEST(RawPeer, CompletesAHandshakeAsServer) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_server();
  EXPECT_EQ(net.connection->handshakes, 1);
  StreamRecord* s = net.pair.client.create_stream(*net.connection);
  s->write("question");
  s->handle->finish();
  net.run();
  EXPECT_EQ(peer.stream(0).data, "question");
  peer.write(0, "answer", true);
  net.run();
  EXPECT_EQ(s->body, "answer");
  EXPECT_TRUE(s->ended);
}

TEST(RawPeer, FollowsARetry) {
  RawNetwork net;
  net.pair.server.config.address_validation = engine::AddressValidation::always;
  net.start();
  RawPeer& peer = net.join_client();
  EXPECT_TRUE(peer.retry_token());
}

TEST(RawPeer, UpdatesKeys) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  peer.update_keys();
  peer.write(0, "after", true);
  net.run();
  EXPECT_EQ(net.pair.server.streams.at(0)->body, "after");
  EXPECT_TRUE(peer.packets().back().key_phase);
  EXPECT_TRUE(peer.unread().empty());
}

TEST(RawPeer, LeavesNeighboursAlone) {
  RawNetwork net;
  net.start();
  net.join_client();
  net.join_server();
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
