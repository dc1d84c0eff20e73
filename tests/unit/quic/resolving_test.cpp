// Connecting by name: what happens while the name is looked up, and after. No name server is asked.
#include <gtest/gtest.h>

#include "fake_lookup.h"
#include "harness.h"

namespace usquic::test {
namespace {

TEST(Resolving, UnknownHostGivesResolveErrorAsynchronously) {
  TestLoop loop;
  FakeLookup names(loop);
  Peer client(loop, {});
  std::string reason = "unset";
  client.on_close = [&](us_quic_connection_t*, const us_quic_close_info_t* info) { reason = info->reason; };
  client.connect(443, "no-such-host.test");
  EXPECT_EQ(client.closed, 0);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_RESOLVE);
  EXPECT_EQ(reason, "");  // the error's own text says it all
}

TEST(Resolving, ANameLeadsToItsServer) {
  TestLoop loop;
  FakeLookup names(loop);
  names.add("other.test", "127.0.0.1");
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(server.listen(), "other.test");
  EXPECT_TRUE(write_all(open_stream(client, c), "early"));
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1 && server.received == "early"; }));
  EXPECT_STREQ(us_quic_connection_server_name(server.connections.front()), "other.test");
}

TEST(Resolving, GoesOnWithTheNextAddressWhenOneIsRefused) {
  TestLoop loop;
  FakeLookup names(loop);
  names.add("other.test", "127.0.0.2");
  names.add("other.test", "127.0.0.1");
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  client.connect(server.listen(), "other.test");
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
}

TEST(Resolving, ThatTakesTooLongEndsWithAHandshakeTimeout) {
  TestLoop loop;
  FakeLookup names(loop);
  names.hold();
  Peer client(loop, {.handshake_timeout_ms = 30});
  client.connect(443, "slow.test");
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  names.answer();
  loop.settle();
  EXPECT_EQ(client.closed, 1);
}

TEST(Resolving, SlowlyDoesNotHoldUpOtherConnections) {
  TestLoop loop;
  FakeLookup names(loop);
  names.hold();
  names.add("other.test", "127.0.0.1");
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_socket_t* listener = server.listen();
  client.connect(listener, "other.test");
  names.wait_until_asked(1);
  client.connect(listener);
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
  names.answer();
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 2; }));
}

TEST(Resolving, ClosingMeanwhileTellsTheCloseAndDropsTheAnswer) {
  TestLoop loop;
  FakeLookup names(loop);
  names.hold();
  names.add("other.test", "127.0.0.1");
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(unused_port(), "other.test");
  write_all(open_stream(client, c), "x");
  names.wait_until_asked(1);
  us_quic_connection_close(c, 0, nullptr);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_OK);
  EXPECT_EQ(client.streams_closed, 1);
  names.answer();
  loop.settle();
  EXPECT_EQ(client.closed, 1);
}

TEST(Resolving, ClosingSocketOrContextMeanwhileIsSafe) {
  TestLoop loop;
  FakeLookup names(loop);
  names.hold();
  Peer first(loop, {});
  Peer second(loop, {});
  us_quic_socket_close(us_quic_connection_socket(first.connect(443, "a.test")));
  second.connect(443, "b.test");
  names.wait_until_asked(2);
  second.free();
  EXPECT_EQ(second.closed, 1);
  names.answer();
  names.wait_until_answered(2);
  ASSERT_TRUE(loop.run_until([&] { return first.closed == 1; }));
}

TEST(Resolving, TheLoopCanBeFreedMeanwhile) {
  TestLoop loop;
  FakeLookup names(loop);
  names.hold();
  Peer client(loop, {});
  for (int i = 0; i < 40; ++i) client.connect(443, "slow.test");  // more than run at the same time
  names.wait_until_asked(16);
  loop.free();
  client.forget();
  EXPECT_EQ(client.closed, 40);
  names.answer();
  names.wait_until_answered(16);
}

TEST(Resolving, TheLoopCanBeFreedWithAnAnswerOnItsWay) {
  TestLoop loop;
  FakeLookup names(loop);
  Peer client(loop, {});
  client.connect(443, "quick.test");
  names.wait_until_answered(1);
  loop.free();
  client.forget();
  EXPECT_EQ(client.closed, 1);
}

}  // namespace
}  // namespace usquic::test
