// Connections of Client: pooling, queueing, failures to connect, retries.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "support/built_in_engine.h"
#include "support/client_fixture.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

// A UDP port that takes datagrams and answers none.
class SilentPort {
 public:
  SilentPort() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    void* generic = &address;
    if (bind(fd_, static_cast<sockaddr*>(generic), length) != 0) throw std::runtime_error("no port");
    getsockname(fd_, static_cast<sockaddr*>(generic), &length);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { close(); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int port() const { return port_; }

 private:
  int fd_;
  int port_ = 0;
};

class ClientConnections : public ClientFixture {
 protected:
  // What a port that nothing listens on tells.
  static int closed_port() {
    SilentPort port;
    return port.port();
  }
};

TEST_F(ClientConnections, SixtyFourConcurrentRequestsShareOne) {
  std::vector<Told> told(64);
  for (Told& t : told)
    t.watch(client->fetch(url(), {.method = "POST", .body = std::to_string(&t - &told[0])}));
  run_until([&] { return std::all_of(told.begin(), told.end(), [](const Told& t) { return t.is_done(); }); });
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].body, "POST " + std::to_string(i));
  EXPECT_EQ(server->accepted, 1);
}

TEST_F(ClientConnections, RequestsBeyondTheServersStreamLimitWait) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.max_streams_bidi = 3;
  start_server(options);
  std::vector<Told> told(40);
  for (Told& t : told) t.watch(client->fetch(url(), {.method = "PUT", .body = std::string(3000, 'x')}));
  run_until([&] { return std::all_of(told.begin(), told.end(), [](const Told& t) { return t.is_done(); }); });
  for (const Told& t : told) EXPECT_EQ(t.ends, 1) << t.text;
  EXPECT_EQ(server->requests, 40);
  EXPECT_LE(server->most_exchanges, 3u);
  EXPECT_EQ(server->accepted, 1);
}

TEST_F(ClientConnections, MoreAreOpenedUpToTheLimitWhenStreamsRunOut) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.max_streams_bidi = 1;
  start_server(options);
  ClientOptions client_options = trusting();
  client_options.max_connections_per_origin = 2;
  start_client(client_options);
  std::vector<Exchange*> held;
  server->on_end = [&](Exchange& e) { held.push_back(&e); };
  std::vector<Told> told(3);
  for (Told& t : told) t.watch(client->fetch(url()));
  run_until([&] { return held.size() == 2; });
  run_for(50);
  EXPECT_EQ(server->accepted, 2);
  EXPECT_EQ(held.size(), 2u);
  server->on_end = [](Exchange& e) { e.respond(200, {}, ""); };
  for (Exchange* e : held) e->respond(200, {}, "");
  run_until([&] { return told[0].is_done() && told[1].is_done() && told[2].is_done(); });
  EXPECT_EQ(told[2].ends, 1);
}

TEST_F(ClientConnections, RefusedConnectFailsWithTheOriginInItsText) {
  const int port = closed_port();
  const Told told = fetch(url_at(port));
  EXPECT_EQ(told.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(told.text.rfind("connect to localhost:" + std::to_string(port) + ": ", 0), 0u) << told.text;
  EXPECT_EQ(told.errors, 1);
}

TEST_F(ClientConnections, UntrustedServersAreRefusedUnlessAskedNotTo) {
  start_client(ClientOptions{});
  const Told refused = fetch(url());
  EXPECT_EQ(refused.error, US_QUIC_E_CERT_UNTRUSTED) << refused.text;
  EXPECT_EQ(server->requests, 0);
  start_client(ClientOptions{.reject_unauthorized = false});
  EXPECT_EQ(fetch(url()).ends, 1);
}

TEST_F(ClientConnections, ResolveSendsANameToAnotherAddress) {
  ClientOptions options = trusting();
  options.reject_unauthorized = false;  // the name is not in the certificate
  options.resolve = {{"example.test", server->port(), "127.0.0.1"}};
  start_client(options);
  server->on_end = [](Exchange& e) {
    e.respond(200, {}, us_quic_connection_server_name(us_quic_stream_connection(e.stream)));
  };
  EXPECT_EQ(fetch("https://example.test:" + std::to_string(server->port())).body, "example.test");
  options.reject_unauthorized = true;
  start_client(options);
  EXPECT_EQ(fetch("https://example.test:" + std::to_string(server->port())).error, US_QUIC_E_CERT_NAME);
}

TEST_F(ClientConnections, UnusedOnesCloseAfterTheirTime) {
  ClientOptions options = trusting();
  options.keep_open_ms = 30;
  start_client(options);
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->connections.size(), 1u);
  run_until([&] { return server->connections.empty(); });
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->accepted, 2);
}

TEST_F(ClientConnections, AfterGoawayNewRequestsTakeANewOne) {
  EXPECT_EQ(fetch(url()).ends, 1);
  Exchange* held = nullptr;
  server->on_end = [&](Exchange& e) { held = &e; };
  Told first;
  first.watch(client->fetch(url()));
  run_until([&] { return held != nullptr; });
  us_quic_connection_shutdown(server->connections.front());
  run_for(50);
  server->on_end = [](Exchange& e) { e.respond(200, {}, ""); };
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->accepted, 2);
  held->respond(200, {}, "late");
  run_until([&] { return first.is_done(); });
  EXPECT_EQ(first.body, "late");
}

TEST_F(ClientConnections, QueuedRequestsMoveToANewOneAtGoaway) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.max_streams_bidi = 1;
  start_server(options);
  Exchange* held = nullptr;
  server->on_end = [&](Exchange& e) { held = &e; };
  std::vector<Told> told(4);
  for (Told& t : told) t.watch(client->fetch(url(), {.method = "POST", .body = "b"}));
  run_until([&] { return held != nullptr; });
  server->on_end = [](Exchange& e) { e.respond(200, {}, e.body); };
  us_quic_connection_shutdown(server->connections.front());
  run_until([&] { return told[1].is_done() && told[2].is_done() && told[3].is_done(); });
  held->respond(200, {}, "late");
  run_until([&] { return told[0].is_done(); });
  for (const Told& t : told) EXPECT_EQ(t.ends, 1) << t.text;
  EXPECT_EQ(told[0].body, "late");
  EXPECT_EQ(server->accepted, 2);
}

TEST_F(ClientConnections, AServerThatRestartedIsConnectedToAgain) {
  EXPECT_EQ(fetch(url()).ends, 1);
  const int port = server->port();
  server.reset();
  run_for(20);
  start_server(us_quic_default_options(), port);
  EXPECT_EQ(fetch(url()).ends, 1);
  EXPECT_EQ(server->accepted, 1);
}

TEST_F(ClientConnections, RejectedRequestsAreSentAgainWhateverTheirMethod) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [this](Exchange& e) {
    if (server->requests == 1) return us_quic_stream_close_with(e.stream, US_QUIC_H3_REQUEST_REJECTED);
    e.respond(200, {}, e.body);
  };
  const Told told = fetch(url(), {.method = "POST", .body = "again"});
  EXPECT_EQ(told.ends, 1) << told.text;
  EXPECT_EQ(told.body, "again");
  EXPECT_EQ(server->requests, 2);
}

TEST_F(ClientConnections, RejectionsWithoutEndAreToldAfterTwoRetries) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [](Exchange& e) { us_quic_stream_close_with(e.stream, US_QUIC_H3_REQUEST_REJECTED); };
  const Told told = fetch(url());
  EXPECT_EQ(told.error, US_QUIC_E_RESET);
  EXPECT_NE(told.text.find("H3_REQUEST_REJECTED"), std::string::npos) << told.text;
  EXPECT_EQ(server->requests, 3);
}

TEST_F(ClientConnections, IdempotentRequestsAreSentAgainWhenTheirConnectionDies) {
  server->on_end = [this](Exchange& e) {
    if (server->requests == 1) {
      return us_quic_connection_close(us_quic_stream_connection(e.stream), US_QUIC_H3_INTERNAL_ERROR, "oops");
    }
    e.respond(200, {}, e.body);
  };
  const Told told = fetch(url(), {.method = "PUT", .body = "again"});
  EXPECT_EQ(told.ends, 1) << told.text;
  EXPECT_EQ(told.body, "again");
  EXPECT_EQ(server->accepted, 2);
}

TEST_F(ClientConnections, OtherRequestsFailWhenTheirConnectionDies) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [](Exchange& e) {
    us_quic_connection_close(us_quic_stream_connection(e.stream), US_QUIC_H3_INTERNAL_ERROR, "oops");
  };
  const Told told = fetch(url(), {.method = "POST", .body = "once"});
  EXPECT_EQ(told.error, US_QUIC_E_APPLICATION);
  EXPECT_NE(told.text.find("oops"), std::string::npos) << told.text;
  EXPECT_EQ(server->requests, 1);
}

TEST_F(ClientConnections, NothingIsSentAgainOnceTheResponseBegan) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [](Exchange& e) {
    e.head(200, {});
    e.send("some");
  };
  Told told;
  told.watch(client->fetch(url()));
  run_until([&] { return told.body == "some"; });
  us_quic_connection_close(server->connections.front(), US_QUIC_H3_INTERNAL_ERROR, nullptr);
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(server->requests, 1);
}

// ---- Time limits ----

TEST_F(ClientConnections, ConnectLimit) {
  const SilentPort silent;
  Told told;
  told.watch(client->fetch(url_at(silent.port()), {.timeouts = {.connect_ms = 30}}));
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_NE(told.text.find("connect to localhost:"), std::string::npos) << told.text;
  // The attempt that nobody waits for ends: nothing keeps the loop alive.
  us_quic_socket_context_close(server->context());
  client->run();
}

TEST_F(ClientConnections, FirstByteLimit) {
  server->on_end = nullptr;
  const Told told = fetch(url(), {.timeouts = {.first_byte_ms = 30}});
  EXPECT_EQ(told.error, US_QUIC_E_TIMEOUT);
  EXPECT_EQ(told.text, "no response after 30 ms");
}

TEST_F(ClientConnections, IdleLimit) {
  server->on_end = [](Exchange& e) { e.head(200); };
  const Told told = fetch(url(), {.timeouts = {.idle_ms = 30}});
  EXPECT_EQ(told.error, US_QUIC_E_TIMEOUT);
  EXPECT_EQ(told.text, "nothing sent or received after 30 ms");
  EXPECT_EQ(told.status, 200);
}

TEST_F(ClientConnections, TotalLimit) {
  Exchange* exchange = nullptr;
  server->on_end = [&](Exchange& e) {
    exchange = &e;
    e.head(200);
  };
  server->on_reset = [&](Exchange&, std::uint64_t) { exchange = nullptr; };
  Told told;
  told.watch(client->fetch(url(), {.timeouts = {.total_ms = 150}}));
  run_until([&] {
    if (exchange != nullptr && !told.is_done()) exchange->send("x");  // never idle
    return told.is_done();
  });
  EXPECT_EQ(told.error, US_QUIC_E_TIMEOUT);
  EXPECT_EQ(told.text, "not done after 150 ms");
}

}  // namespace
}  // namespace usquic::test
