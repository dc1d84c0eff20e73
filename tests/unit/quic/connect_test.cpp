// Connecting: by address, by name, over sockets that exist, and what can go wrong.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>

#include "harness.h"

namespace usquic::test {
namespace {

TEST(Connect, RefusedByIcmpIsToldWithinASecond) {
  TestLoop loop;
  Peer client(loop, {});
  const auto start = std::chrono::steady_clock::now();
  client.connect(unused_port());
  EXPECT_EQ(client.closed, 0);  // never inside the call
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_REFUSED);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_EQ(client.opened, 0);
}

// Over sockets that are bound to any address, IPv6 and IPv4: what ICMP says is about the remote address.
TEST(Connect, RefusedOverADualStackSocketIsToldWithinASecond) {
  for (const char* host : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) {
    TestLoop loop;
    Peer both(loop, {.is_server = true});
    int error = 0;
    us_quic_socket_t* any = us_quic_socket_context_listen(both.context, nullptr, 0, nullptr, 0, &error);
    ASSERT_NE(any, nullptr);
    const auto start = std::chrono::steady_clock::now();
    us_quic_connection_t* c = us_quic_socket_connect(any, host, unused_port(), nullptr, 0, &error);
    ASSERT_NE(c, nullptr) << host;
    both.expect_close(c);
    ASSERT_TRUE(loop.run_until([&] { return both.closed == 1; })) << host;
    EXPECT_EQ(both.last_close.error, US_QUIC_E_REFUSED) << host;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1)) << host;
  }
}

TEST(Connect, RefusedByIcmpOverIpv6IsToldWithinASecond) {
  TestLoop loop;
  Peer client(loop, {});
  const auto start = std::chrono::steady_clock::now();
  client.connect(unused_port(), "::1");
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_REFUSED);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

// Anyone can forge ICMP; a connection that was authenticated ends by its own means alone.
TEST(Connect, IcmpAfterTheHandshakeEndsNothing) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestLoop loop;
    Peer server(loop, {.is_server = true});
    Peer client(loop, {});
    server.on_stream_data = [](us_quic_stream_t* s, std::string_view data) { write_all(s, data); };
    us_quic_connection_t* c = client.connect(server.listen(host), host);
    ASSERT_TRUE(loop.run_until([&] { return client.opened == 1 && server.opened == 1; }));
    for (Peer* peer : {&client, &server}) {
      us_quic_connection_t* own = peer == &client ? c : server.connections.front();
      us_quic_socket_t* socket = us_quic_connection_socket(own);
      peer->context->quic->on_peer_error(socket->udp, own->peer_ctx.remote, ECONNREFUSED);
      peer->context->quic->on_peer_error(socket->udp, own->peer_ctx.remote, EHOSTUNREACH);
    }
    write_all(open_stream(client, c), "still here");
    EXPECT_TRUE(loop.run_until([&] { return client.received == "still here"; })) << host;
    EXPECT_EQ(client.closed + server.closed, 0) << host;
  }
}

TEST(Connect, AnAddressOfAFamilyThatTheSocketHasNotIsRefusedAtOnce) {
  TestLoop loop;
  Peer both(loop, {.is_server = true});
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  options.ipv6_only = 1;
  const auto error_of = [&](const char* bound, const char* remote) {
    int error = 0;
    us_quic_socket_t* s = us_quic_socket_context_listen(both.context, bound, 0, &options, 0, &error);
    EXPECT_NE(s, nullptr) << bound;
    EXPECT_EQ(us_quic_socket_connect(s, remote, 443, nullptr, 0, &error), nullptr) << bound << remote;
    return error;
  };
  EXPECT_EQ(error_of("::", "127.0.0.1"), US_QUIC_E_ADDRESS);
  EXPECT_EQ(error_of(nullptr, "127.0.0.1"), US_QUIC_E_ADDRESS);
  EXPECT_EQ(error_of("::1", "127.0.0.1"), US_QUIC_E_ADDRESS);
  EXPECT_EQ(error_of("127.0.0.1", "::1"), US_QUIC_E_ADDRESS);
  EXPECT_EQ(error_of("0.0.0.0", "::1"), US_QUIC_E_ADDRESS);
}

TEST(Connect, ANameUsesTheFamilyThatTheSocketHas) {
  TestLoop loop;
  Peer both(loop, {.is_server = true});
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  options.ipv6_only = 1;
  int error = 0;
  us_quic_socket_t* s = us_quic_socket_context_listen(both.context, nullptr, 0, &options, 0, &error);
  ASSERT_NE(s, nullptr);
  us_quic_connection_t* c = us_quic_socket_connect(s, "localhost", unused_port(), nullptr, 0, &error);
  ASSERT_NE(c, nullptr);
  both.expect_close(c);
  ASSERT_TRUE(loop.run_until([&] { return both.closed == 1; }));
  EXPECT_EQ(both.last_close.error, US_QUIC_E_REFUSED);  // by ::1
}

// The kernel has no route from a datagram socket to the broadcast address without asking for it first.
TEST(Connect, ClosingAConnectionThatNeverHadAnEnginesTellsItsCloseOnce) {
  TestLoop loop;
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(443, "255.255.255.255");
  int error = 0;
  EXPECT_EQ(us_quic_connection_create_stream(c, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_CLOSED);
  us_quic_connection_shutdown(c);
  us_quic_connection_close(c, 7, "never mind");
  us_quic_connection_close(c, 8, nullptr);
  us_quic_stats_t stats;
  us_quic_connection_stats(c, &stats);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_UNREACHABLE);
}

TEST(Connect, LocalhostFallsOverToIpv4AtOnceWhenIpv6Refuses) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  server.on_stream_data = [](us_quic_stream_t* s, std::string_view data) { write_all(s, data); };
  us_quic_connection_t* c = client.connect(server.listen("127.0.0.1"), "localhost");
  // Written before it is known which address it will be.
  us_quic_stream_t* s = open_stream(client, c);
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(us_quic_stream_id(s), -1);
  EXPECT_TRUE(write_all(s, "early "));
  EXPECT_TRUE(write_all(s, "bytes"));
  EXPECT_EQ(us_quic_stream_buffered(s), 11U);
  EXPECT_EQ(us_quic_stream_shutdown(s), 0);
  EXPECT_EQ(us_quic_stream_write(s, "x", 1), US_QUIC_E_STATE);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(loop.run_until([&] { return client.received == "early bytes"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1000));
  EXPECT_EQ(c->peer_ctx.remote.family(), AF_INET);
  EXPECT_EQ(server.opened, 1);
}

TEST(Connect, LocalhostOverIpv6) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(server.listen("::1"), "localhost");
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
  EXPECT_EQ(c->peer_ctx.remote.family(), AF_INET6);
}

TEST(Connect, AllAddressesRefusedGivesRefused) {
  TestLoop loop;
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(unused_port(), "localhost");
  us_quic_stream_t* s = open_stream(client, c);
  write_all(s, "never sent");
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(client.streams_closed, 1);
}

TEST(Connect, ClosingWhileAddressesAreRacedIsSafe) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(server.listen(), "localhost");
  write_all(open_stream(client, c), "x");
  us_quic_connection_close(c, 0, nullptr);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.streams_closed, 1);
}

TEST(Connect, HandshakeTimeoutIsTold) {
  TestLoop loop;
  TestLoop silent;  // never run: its socket takes packets and says nothing
  Peer server(silent, {.is_server = true});
  Peer client(loop, {.handshake_timeout_ms = 50});
  client.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
}

TEST(Connect, OneClientSocketHoldsConnectionsToThreeServers) {
  TestLoop loop;
  Peer a(loop, {.is_server = true});
  Peer b(loop, {.is_server = true});
  Peer third(loop, {.is_server = true});
  Peer* const servers[] = {&a, &b, &third};
  Peer client(loop, {});
  us_quic_connection_t* first = client.connect(servers[0]->listen());
  us_quic_socket_t* socket = us_quic_connection_socket(first);
  for (int i = 1; i < 3; ++i) {
    int error = 0;
    us_quic_connection_t* c = us_quic_socket_connect(
        socket, "127.0.0.1", us_quic_listen_socket_port(servers[i]->listen()), "localhost", 0, &error);
    ASSERT_NE(c, nullptr);
    client.expect_close(c);
    EXPECT_EQ(us_quic_connection_socket(c), socket);
    EXPECT_STREQ(us_quic_connection_server_name(c), "localhost");
  }
  EXPECT_TRUE(loop.run_until(
      [&] { return client.opened == 3 && a.opened == 1 && b.opened == 1 && third.opened == 1; }));
}

TEST(Connect, OverAListeningSocket) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer both(loop, {.is_server = true});
  us_quic_socket_t* own = both.listen();
  int error = 0;
  us_quic_connection_t* c = us_quic_socket_connect(
      own, "127.0.0.1", us_quic_listen_socket_port(server.listen()), nullptr, 0, &error);
  ASSERT_NE(c, nullptr);
  both.expect_close(c);
  ASSERT_TRUE(loop.run_until([&] { return both.opened == 1 && server.opened == 1; }));
  us_quic_connection_close(c, 0, nullptr);
  loop.settle();
  EXPECT_EQ(own->is_closed, false);  // a listening socket outlives its connections
}

TEST(Connect, WrongArgumentsAreRefusedAtOnce) {
  TestLoop loop;
  Peer client(loop, {});
  int error = 0;
  EXPECT_EQ(us_quic_socket_context_connect(client.context, nullptr, 443, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_socket_context_connect(client.context, "127.0.0.1", 70000, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
}

TEST(Listen, ErrorsAreToldAtOnce) {
  TestLoop loop;
  Peer client(loop, {});
  Peer server(loop, {.is_server = true});
  int error = 0;
  EXPECT_EQ(us_quic_socket_context_listen(client.context, nullptr, 0, nullptr, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_STATE);
  us_quic_socket_t* s = server.listen();
  EXPECT_EQ(us_quic_socket_context_listen(server.context, "127.0.0.1", us_quic_listen_socket_port(s), nullptr,
                                          0, &error),
            nullptr);
  EXPECT_EQ(error, US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_EQ(us_quic_socket_context_listen(server.context, "192.0.2.1", 0, nullptr, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_ADDRESS);
}

TEST(Listen, OnANameWhoseFirstAddressIsTakenFailsAlthoughAnotherIsFree) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  int error = 0;
  us_quic_socket_t* first = us_quic_socket_context_listen(server.context, "localhost", 0, nullptr, 0, &error);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(us_quic_socket_context_listen(server.context, "localhost", us_quic_listen_socket_port(first),
                                          nullptr, 0, &error),
            nullptr);
  EXPECT_EQ(error, US_QUIC_E_ADDRESS_IN_USE);
}

}  // namespace
}  // namespace usquic::test
