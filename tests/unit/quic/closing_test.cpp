// Point 3: nothing is freed in a callback; closing anything inside any callback is safe (the
// sanitizers prove it).
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <tuple>

#include "harness.h"

namespace usquic::test {
namespace {

enum class What { stream, connection, socket, context_close, context_free, context_shutdown };
enum class Where { open, stream_open, headers, data, end, stream_close, close };

// Closes `what` of the given handles; stream may be nullptr.
void close_it(What what, Peer& peer, us_quic_connection_t* c, us_quic_stream_t* s) {
  switch (what) {
    case What::stream:
      if (s != nullptr) us_quic_stream_close(s);
      break;
    case What::connection:
      us_quic_connection_close(c, 7, "enough");
      break;
    case What::socket:
      us_quic_socket_close(us_quic_connection_socket(c));
      break;
    case What::context_close:
      us_quic_socket_context_close(peer.context);
      break;
    case What::context_shutdown:
      us_quic_socket_context_shutdown(peer.context);
      break;
    case What::context_free:
      if (peer.context != nullptr) us_quic_socket_context_free(peer.context);
      peer.forget();
      break;
  }
}

class ClosingInsideACallback : public testing::TestWithParam<std::tuple<What, Where, bool>> {};

TEST_P(ClosingInsideACallback, IsSafeAndTellsEveryCloseOnce) {
  // Not structured bindings: clang 14 cannot capture them.
  const auto what = std::get<0>(GetParam());
  const auto where = std::get<1>(GetParam());
  const auto in_server = std::get<2>(GetParam());
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  Peer& closer = in_server ? server : client;
  int done = 0;
  const auto on = [&](Where here, us_quic_connection_t* c, us_quic_stream_t* s) {
    if (here != where || ++done > 2) return;
    for (int i = 0; i < 2; ++i) close_it(what, closer, c, s);
    // The handles stay readable, and calls on them say that they are closed or do nothing.
    us_quic_stats_t stats;
    us_quic_connection_stats(c, &stats);
    EXPECT_NE(us_quic_connection_ext(c), nullptr);
    us_quic_connection_server_name(c);
    if (s == nullptr) return;
    std::memset(us_quic_stream_ext(s), 1, 64);
    us_quic_stream_header_count(s);
    us_quic_stream_resume(s);
    if (us_quic_stream_is_closed(s) != 0) {
      EXPECT_EQ(us_quic_stream_write(s, "x", 1), US_QUIC_E_CLOSED);
      EXPECT_EQ(us_quic_stream_shutdown(s), US_QUIC_E_CLOSED);
    }
  };
  const auto of = [](us_quic_stream_t* s) { return us_quic_stream_connection(s); };
  closer.on_open = [&](us_quic_connection_t* c) { on(Where::open, c, nullptr); };
  closer.on_close = [&](us_quic_connection_t* c, const us_quic_close_info_t*) {
    on(Where::close, c, nullptr);
  };
  closer.on_stream_open = [&](us_quic_stream_t* s) { on(Where::stream_open, of(s), s); };
  closer.on_stream_headers = [&](us_quic_stream_t* s, int) { on(Where::headers, of(s), s); };
  closer.on_stream_data = [&](us_quic_stream_t* s, std::string_view) { on(Where::data, of(s), s); };
  closer.on_stream_end = [&](us_quic_stream_t* s) { on(Where::end, of(s), s); };
  closer.on_stream_close = [&](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
    on(Where::stream_close, of(s), s);
  };
  if (!in_server || where != Where::headers) {
    const auto before = server.on_stream_headers;
    server.on_stream_headers = [before](us_quic_stream_t* s, int kind) {
      send_response(s, "200", false);
      us_quic_stream_write(s, "body", 4);
      us_quic_stream_shutdown(s);
      if (before) before(s, kind);
    };
  }
  us_quic_connection_t* c = client.connect(server.listen());
  for (int i = 0; i < 3; ++i) {
    us_quic_stream_t* s = open_stream(client, c);
    send_request(s, "/", false);
    write_all(s, "question");
    us_quic_stream_shutdown(s);
  }
  loop.settle(10);
  client.free();
  loop.settle(10);
  server.free();
  EXPECT_TRUE(client.is_balanced());
  EXPECT_TRUE(server.is_balanced());
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, ClosingInsideACallback,
    testing::Combine(testing::Values(What::stream, What::connection, What::socket, What::context_close,
                                     What::context_free, What::context_shutdown),
                     testing::Values(Where::open, Where::stream_open, Where::headers, Where::data, Where::end,
                                     Where::stream_close, Where::close),
                     testing::Bool()));

TEST(Closing, StreamCloseIsToldInTheSameIterationAndNeverInsideTheCall) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* s = open_stream(client, c);
  us_quic_stream_close(s);
  EXPECT_EQ(client.streams_closed, 0);
  EXPECT_EQ(us_quic_stream_is_closed(s), 1);
  us_loop_tick(loop.get());
  EXPECT_EQ(client.streams_closed, 1);
  EXPECT_EQ(client.last_stream_close.reason, US_QUIC_E_CLOSED);
}

TEST(Closing, CodeAndReasonReachThePeer) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  if (!client.capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  std::string reason;
  server.on_close = [&](us_quic_connection_t*, const us_quic_close_info_t* info) {
    reason.assign(info->reason, info->reason_length);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return server.opened == 1 && client.opened == 1; }));
  us_quic_connection_close(c, 42, "had enough");
  ASSERT_TRUE(loop.run_until([&] { return server.closed == 1 && client.closed == 1; }));
  EXPECT_EQ(server.last_close.code, 42U);
  EXPECT_EQ(server.last_close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(server.last_close.is_remote, 1);
  EXPECT_EQ(client.last_close.is_remote, 0);
  EXPECT_EQ(reason, "had enough");
}

TEST(Closing, InOnOpenOfTheClientReachesTheServer) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  client.on_open = [](us_quic_connection_t* c) { us_quic_connection_close(c, 42, "enough already"); };
  client.connect(server.listen());
  ASSERT_TRUE(loop.run_until([&] { return server.closed == 1 && client.closed == 1; }));
  EXPECT_EQ(server.opened, 1);
  if (!client.capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  EXPECT_EQ(server.last_close.code, 42U);
  EXPECT_EQ(server.last_close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(server.last_close.is_remote, 1);
}

TEST(Closing, ConnectInsideOnCloseWorks) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_socket_t* listener = server.listen();
  int connects = 1;
  client.on_open = [](us_quic_connection_t* c) { us_quic_connection_close(c, 0, nullptr); };
  client.on_close = [&](us_quic_connection_t*, const us_quic_close_info_t*) {
    if (connects++ < 3) client.connect(listener);
  };
  client.connect(listener);
  EXPECT_TRUE(loop.run_until([&] { return client.closed == 3; }));
}

TEST(Closing, ClientSocketClosesWithItsLastConnectionAndTheLoopEnds) {
  TestLoop loop;
  Peer client(loop, {});
  {
    Peer server(loop, {.is_server = true});
    client.on_open = [&](us_quic_connection_t* c) { us_quic_connection_close(c, 0, nullptr); };
    client.connect(server.listen());
    ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  }
  us_loop_run(loop.get());  // returns: nothing keeps it alive
  EXPECT_EQ(client.context->socket_count, 0U);
}

// How long a server's loop still runs after shutdown, when `leave` has made its only client go.
std::chrono::steady_clock::duration time_to_end(void (*leave)(Peer& client)) {
  TestLoop server_loop;
  Peer server(server_loop, {.speaks = Speaks::http3, .is_server = true});
  server.on_stream_headers = [](us_quic_stream_t* s, int) { send_response(s, "200", true); };
  TestLoop client_loop;
  Peer client(client_loop, {.speaks = Speaks::http3});
  send_request(open_stream(client, client.connect(server.listen())), "/", true);
  EXPECT_TRUE(client_loop.run_until([&] {
    us_loop_tick(server_loop.get());
    return client.streams_closed == 1 && server.streams_closed == 1;
  }));
  leave(client);
  server_loop.settle();
  const auto start = std::chrono::steady_clock::now();
  us_quic_socket_context_shutdown(server.context);
  us_loop_run(server_loop.get());
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(server.closed, 1);
  return taken;
}

TEST(Closing, ShutdownOfAServerWhoseClientsHaveClosedEndsItsLoopAtOnce) {
  EXPECT_LT(time_to_end([](Peer& client) { client.free(); }), std::chrono::milliseconds(100));
}

TEST(Closing, ShutdownOfAServerWhoseClientSaysNothingEndsItsLoopSoon) {
  EXPECT_LT(time_to_end([](Peer&) {}), std::chrono::seconds(5));  // it may still be reading: 2 s
}

TEST(Closing, SamePortCanBeBoundRightAfterStop) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  us_quic_socket_t* first = server.listen();
  const int port = us_quic_listen_socket_port(first);
  us_quic_socket_close(first);
  us_loop_tick(loop.get());
  int error = 0;
  EXPECT_NE(us_quic_socket_context_listen(server.context, "127.0.0.1", port, nullptr, 0, &error), nullptr)
      << us_quic_strerror(error);
}

TEST(Closing, ShutdownLetsStreamsFinishFirst) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  us_quic_stream_t* request = nullptr;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) {
    request = s;
    us_quic_socket_context_shutdown(server.context);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  send_request(open_stream(client, c), "/", true);
  ASSERT_TRUE(loop.run_until([&] { return request != nullptr; }));
  loop.settle();
  EXPECT_EQ(client.closed, 0);
  ASSERT_EQ(send_response(request, "200", false), 0);
  write_all(request, "late but whole");
  us_quic_stream_shutdown(request);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1 && server.closed == 1; }));
  EXPECT_EQ(client.received, "late but whole");
  EXPECT_EQ(client.last_stream_close.reason, US_QUIC_OK);
}

TEST(Closing, WhoComesWhileAServerShutsDownIsRefusedAtOnce) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  if (!client.capabilities().handshake_refusals) GTEST_SKIP() << "this engine refuses in silence";
  us_quic_stream_t* request = nullptr;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) { request = s; };
  const int port = us_quic_listen_socket_port(server.listen());
  send_request(open_stream(client, client.connect(port)), "/", true);
  ASSERT_TRUE(loop.run_until([&] { return request != nullptr; }));
  us_quic_socket_context_shutdown(server.context);
  const auto start = std::chrono::steady_clock::now();
  client.connect(port);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start,
            std::chrono::seconds(5));  // the handshake timeout is 10 s
  EXPECT_EQ(client.last_close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(client.opened, 1);
  EXPECT_EQ(send_response(request, "200", true), 0);
  ASSERT_TRUE(loop.run_until([&] { return client.closed == 2 && server.closed == 1; }));
  EXPECT_EQ(client.last_close.error, US_QUIC_OK);
}

TEST(Closing, ASocketThatIsMadeAfterShutdownWaitsForItsFirstConnection) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3});
  us_quic_socket_context_shutdown(client.context);
  int error = 0;
  us_quic_socket_t* socket = us_quic_socket_context_create_socket(client.context, 0, &error);
  ASSERT_NE(socket, nullptr);
  loop.settle();
  EXPECT_FALSE(socket->is_closed);
  us_quic_socket_close(socket);
}

TEST(Closing, ShutdownWaitsForAHandshakeAndEndsItsConnectionToo) {
  TestLoop server_loop;
  Peer server(server_loop, {.speaks = Speaks::http3, .is_server = true});
  TestLoop client_loop;
  Peer client(client_loop, {.speaks = Speaks::http3});
  server.on_stream_headers = [](us_quic_stream_t* s, int) { send_response(s, "200", true); };
  send_request(open_stream(client, client.connect(server.listen())), "/", true);
  us_quic_context_stats_t stats{};
  // The first flights alone: the scripted engine's handshakes have no others.
  ASSERT_TRUE(client_loop.run_until([&] {
    us_loop_tick(server_loop.get());
    us_quic_socket_context_stats(server.context, &stats);
    return stats.handshakes_open == 1 || server.opened == 1;
  }));
  const bool is_under_way = stats.handshakes_open == 1;
  us_quic_socket_context_shutdown(server.context);
  ASSERT_TRUE(client_loop.run_until([&] {
    us_loop_tick(server_loop.get());
    return server.closed == 1 && client.closed == 1;
  }));
  EXPECT_EQ(client.streams_closed, 1);
  if (is_under_way) {
    EXPECT_EQ(client.last_stream_close.reason, US_QUIC_OK);
  }
  us_loop_run(server_loop.get());  // its socket is closed: nothing keeps the loop
}

}  // namespace
}  // namespace usquic::test
