// The six points that the architecture must hold, each by name.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>
#include <thread>

#include "harness.h"

namespace usquic::test {
namespace {

// A server that sends back what it gets, and a client that sends `text` and waits for it.
void echo_once(TestLoop& loop, Peer& server, Peer& client, const std::string& text) {
  server.on_stream_data = [](us_quic_stream_t* s, std::string_view data) { EXPECT_TRUE(write_all(s, data)); };
  server.on_stream_end = [](us_quic_stream_t* s) { EXPECT_EQ(us_quic_stream_shutdown(s), 0); };
  client.on_open = [&](us_quic_connection_t* c) {
    us_quic_stream_t* s = open_stream(client, c);
    ASSERT_NE(s, nullptr);
    EXPECT_TRUE(write_all(s, text));
    EXPECT_EQ(us_quic_stream_shutdown(s), 0);
  };
  client.connect(server.listen());
  EXPECT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  EXPECT_EQ(client.received, text);
  EXPECT_EQ(client.last_stream_close.reason, US_QUIC_OK);
}

TEST(Point1NoGlobalState, TwoContextsOnOneLoopRunSideBySide) {
  TestLoop loop;
  Peer first_server(loop, {.is_server = true});
  Peer second_server(loop, {.is_server = true});
  Peer first(loop, {});
  Peer second(loop, {});
  for (Peer* server : {&first_server, &second_server}) {
    server->on_stream_data = [](us_quic_stream_t* s, std::string_view data) { write_all(s, data); };
  }
  int next = 0;
  for (Peer* client : {&first, &second}) {
    client->on_open = [client, name = std::to_string(next++)](us_quic_connection_t* c) {
      write_all(open_stream(*client, c), "from " + name);
    };
  }
  first.connect(first_server.listen());
  second.connect(second_server.listen());
  EXPECT_TRUE(loop.run_until([&] { return first.received.size() == 6 && second.received.size() == 6; }));
  EXPECT_EQ(first.received, "from 0");
  EXPECT_EQ(second.received, "from 1");
  EXPECT_EQ(first_server.opened, 1);
  EXPECT_EQ(second_server.opened, 1);
}

TEST(Point1NoGlobalState, TwoLoopsOnTwoThreadsRunSideBySide) {
  const auto run = [](const std::string& text) {
    TestLoop loop;
    Peer server(loop, {.is_server = true});
    Peer client(loop, {});
    echo_once(loop, server, client, text);
  };
  std::thread other([&] { run("on the second thread"); });
  run("on the first thread");
  other.join();
}

TEST(Point2Sockets, UdpSocketStandsInlineAsFirstMember) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  us_quic_socket_t* s = server.listen();
  EXPECT_EQ(static_cast<void*>(&s->udp), static_cast<void*>(s));
}

TEST(Point2Sockets, EveryServerConnectionRefersToItsOwnParentSocket) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_socket_t* first = server.listen();
  us_quic_socket_t* second = server.listen();
  std::vector<us_quic_socket_t*> parents;
  server.on_open = [&](us_quic_connection_t* c) { parents.push_back(us_quic_connection_socket(c)); };
  client.connect(first);
  ASSERT_TRUE(loop.run_until([&] { return server.opened == 1 && client.opened == 1; }));
  client.connect(second);
  ASSERT_TRUE(loop.run_until([&] { return server.opened == 2 && client.opened == 2; }));
  EXPECT_EQ(parents, (std::vector<us_quic_socket_t*>{first, second}));
}

TEST(Point2Sockets, OnePeerCtxForTheWholeLifeOfAConnection) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  server.on_stream_data = [](us_quic_stream_t* s, std::string_view data) { write_all(s, data); };
  us_quic_socket_t* listener = server.listen();
  us_quic_connection_t* c = client.connect(listener);
  const engine::Path* const before = &c->peer_ctx;
  us_quic_stream_t* s = open_stream(client, c);
  write_all(s, "x");
  ASSERT_TRUE(loop.run_until([&] { return client.received == "x"; }));
  EXPECT_EQ(&c->peer_ctx, before);
  EXPECT_EQ(c->peer_ctx.socket, us_quic_connection_socket(c));
  EXPECT_EQ(c->peer_ctx.remote, listener->udp.local_address());
  us_quic_connection_t* accepted = server.connections.at(0);
  EXPECT_EQ(accepted->peer_ctx.socket, listener);
  EXPECT_EQ(accepted->peer_ctx.remote.port(), c->socket->udp.local_address().port());
  sockaddr_storage address{};
  EXPECT_GT(
      us_quic_connection_remote_address(accepted, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(us_quic_connection_remote_address(accepted, reinterpret_cast<sockaddr*>(&address), 2),
            US_QUIC_E_INVALID);
}

TEST(Point4StreamState, HeadersAndExtMemoryAreTheStreams) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  std::vector<us_quic_stream_t*> requests;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    requests.push_back(s);
    const std::string path = header(s, ":path");
    std::memcpy(us_quic_stream_ext(s), path.data(), path.size());
  };
  us_quic_connection_t* c = client.connect(server.listen());
  for (const char* path : {"/one", "/two", "/three"}) send_request(open_stream(client, c), path, false);
  ASSERT_TRUE(loop.run_until([&] { return requests.size() == 3; }));
  // All three are open: each still has its own.
  EXPECT_EQ(header(requests[0], ":path"), "/one");
  EXPECT_EQ(header(requests[1], ":path"), "/two");
  EXPECT_EQ(header(requests[2], ":path"), "/three");
  EXPECT_STREQ(static_cast<char*>(us_quic_stream_ext(requests[0])), "/one");
  EXPECT_STREQ(static_cast<char*>(us_quic_stream_ext(requests[2])), "/three");
}

TEST(Point5ServerWrites, InOnOpenOnAStreamOfItsOwn) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  server.on_open = [&](us_quic_connection_t* c) { write_all(open_stream(server, c), "welcome"); };
  client.connect(server.listen());
  EXPECT_TRUE(loop.run_until([&] { return client.received == "welcome"; }));
}

TEST(Point5ServerWrites, InOnStreamOpenAndInOnStreamData) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  server.on_stream_open = [](us_quic_stream_t* s) { EXPECT_TRUE(write_all(s, "opened,")); };
  server.on_stream_data = [](us_quic_stream_t* s, std::string_view) { EXPECT_TRUE(write_all(s, "data")); };
  us_quic_connection_t* c = client.connect(server.listen());
  write_all(open_stream(client, c), "x");
  EXPECT_TRUE(loop.run_until([&] { return client.received == "opened,data"; }));
}

TEST(Point5ServerWrites, LaterFromATimer) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_timer_t* timer = us_create_timer(loop.get(), 1, sizeof(us_quic_stream_t*));
  server.on_stream_data = [&](us_quic_stream_t* s, std::string_view) {
    *static_cast<us_quic_stream_t**>(us_timer_ext(timer)) = s;
    us_timer_set(
        timer, [](us_timer_t* t) { write_all(*static_cast<us_quic_stream_t**>(us_timer_ext(t)), "later"); },
        5, 0);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  write_all(open_stream(client, c), "x");
  EXPECT_TRUE(loop.run_until([&] { return client.received == "later"; }));
  us_timer_close(timer);
}

// Point 3 is closing_test.cpp. Point 6's leak check is LeakSanitizer's, after every test.

void wait_until_idle(TestLoop& loop, Peer& server, Peer& client) {
  client.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return server.opened == 1 && client.opened == 1; }));
  loop.settle();
}

TEST(Point6Shutdown, IdleServerThatIsClosedTellsItsClients) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  wait_until_idle(loop, server, client);
  us_quic_socket_context_close(server.context);
  EXPECT_TRUE(loop.run_until([&] { return client.closed == 1 && server.closed == 1; }));
  EXPECT_EQ(client.last_close.is_remote, 1);
  EXPECT_EQ(client.last_close.error, US_QUIC_OK);
}

TEST(Point6Shutdown, IdleServerThatIsFreedRightAfterCloseTellsItsClients) {
  TestLoop loop;
  Peer client(loop, {});
  {
    Peer server(loop, {.is_server = true});
    wait_until_idle(loop, server, client);
    us_quic_socket_context_close(server.context);
  }  // freed here
  EXPECT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.is_remote, 1);
}

TEST(Point6Shutdown, IdleServerWhoseLoopIsFreedTellsItsClients) {
  TestLoop client_loop;
  Peer client(client_loop, {});
  TestLoop server_loop;
  Peer server(server_loop, {.is_server = true});
  client.connect(server.listen());
  ASSERT_TRUE(client_loop.run_until([&] {
    us_loop_tick(server_loop.get());
    return client.opened == 1 && server.opened == 1;
  }));
  server_loop.free();
  server.forget();
  EXPECT_EQ(server.closed, 1);
  EXPECT_TRUE(client_loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.is_remote, 1);
}

}  // namespace
}  // namespace usquic::test
