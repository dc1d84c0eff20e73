// Numbers that must be ordinary: a thousand connections, ten thousand requests, several servers
// over one socket.
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <set>

#include "http3_peers.h"

namespace usquic::test {
namespace {

class Many : public testing::Test {
 protected:
  void SetUp() override { loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0); }
  void TearDown() override { us_loop_free(loop); }

  // Runs the loop until done() or until `seconds` have passed.
  template <class Done>
  void run_until(Done done, int seconds = 100) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!done() && std::chrono::steady_clock::now() < end) {
      pollfd readable{us_loop_fd(loop), POLLIN, 0};
      poll(&readable, 1, 50);
      us_loop_tick(loop);
    }
  }

  us_loop_t* loop = nullptr;
  const DevelopmentCertificate certificate = DevelopmentCertificate::make();
};

TEST_F(Many, ThousandConcurrentConnectionsWithTenRequestsEachSucceed) {
  constexpr int connections = 1000;
  constexpr int requests_each = 10;
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.handshake_timeout_ms = 90'000;
  options.idle_timeout_ms = 90'000;
  Http3Server server(loop, certificate, "127.0.0.1", options);
  Http3Client client(loop, certificate, options);
  int succeeded = 0;
  int failed = 0;
  // All are open at the same time before the first request is made.
  std::vector<us_quic_connection_t*> open;
  client.on_open = [&](us_quic_connection_t* c) { open.push_back(c); };
  client.on_close = [&](us_quic_connection_t*, int) { ++failed; };
  us_quic_connection_t* first = client.connect("127.0.0.1", server.port());
  for (int i = 1; i < connections; ++i) {
    ASSERT_NE(client.connect_over(us_quic_connection_socket(first), "127.0.0.1", server.port()), nullptr);
  }
  run_until([&] { return open.size() == connections || failed > 0; });
  ASSERT_EQ(open.size(), static_cast<std::size_t>(connections));
  for (us_quic_connection_t* c : open) {
    for (int i = 0; i < requests_each; ++i) {
      client.request(c, "GET", "/bytes/1000", "", [&](const Response& response) {
        const bool is_right = response.status == 200 && response.length == 1000 &&
                              response.content_is_right && response.reason == US_QUIC_OK;
        ++(is_right ? succeeded : failed);
      });
    }
  }
  run_until([&] { return succeeded + failed >= connections * requests_each; });
  EXPECT_EQ(succeeded, connections * requests_each);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(server.open_connections, connections);
  client.on_close = nullptr;
}

TEST_F(Many, TenThousandRequestsOverOneConnectionWithHundredInFlightSucceed) {
  constexpr int requests = 10'000;
  constexpr int in_flight = 100;
  Http3Server server(loop, certificate);
  Http3Client client(loop, certificate);
  us_quic_connection_t* c = client.connect("127.0.0.1", server.port());
  int started = 0;
  int succeeded = 0;
  int failed = 0;
  std::function<void()> start = [&] {
    ++started;
    client.request(c, "GET", "/bytes/100", "", [&](const Response& response) {
      ++(response.status == 200 && response.length == 100 && response.content_is_right ? succeeded : failed);
      if (started < requests && failed == 0) start();
    });
  };
  for (int i = 0; i < in_flight; ++i) start();
  run_until([&] { return succeeded + failed >= requests || failed > 0; });
  EXPECT_EQ(succeeded, requests);
  EXPECT_EQ(server.open_connections, 1);
}

TEST_F(Many, OneClientSocketHoldsConnectionsToThreeServersAtOnce) {
  Http3Server servers[] = {{loop, certificate}, {loop, certificate}, {loop, certificate}};
  Http3Client client(loop, certificate);
  us_quic_connection_t* first = client.connect("127.0.0.1", servers[0].port());
  us_quic_socket_t* socket = us_quic_connection_socket(first);
  us_quic_connection_t* all[] = {first, client.connect_over(socket, "127.0.0.1", servers[1].port()),
                                 client.connect_over(socket, "127.0.0.1", servers[2].port())};
  int succeeded = 0;
  for (us_quic_connection_t* c : all) {
    ASSERT_NE(c, nullptr);
    EXPECT_EQ(us_quic_connection_socket(c), socket);
    client.request(c, "GET", "/bytes/20000", "", [&](const Response& response) {
      if (response.status == 200 && response.length == 20'000 && response.content_is_right) ++succeeded;
    });
  }
  run_until([&] { return succeeded == 3; }, 20);
  EXPECT_EQ(succeeded, 3);
  EXPECT_EQ(client.open_connections, 3);
  for (Http3Server& server : servers) EXPECT_EQ(server.open_connections, 1);
}

TEST_F(Many, BodiesOfEverySizeArriveOverIpv4AndIpv6) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    SCOPED_TRACE(host);
    Http3Server server(loop, certificate, host);
    Http3Client client(loop, certificate);
    us_quic_connection_t* c = client.connect(host, server.port());
    const std::set<std::uint64_t> sizes = {0, 1, 1200, 65'536, 1 << 20, 20 << 20};
    std::size_t right = 0;
    std::size_t ended = 0;
    for (const std::uint64_t size : sizes) {
      client.request(c, "GET", "/bytes/" + std::to_string(size), "", [&, size](const Response& response) {
        ++ended;
        if (response.status == 200 && response.length == size && response.content_is_right) ++right;
      });
    }
    run_until([&] { return ended == sizes.size(); }, 60);
    EXPECT_EQ(right, sizes.size());
  }
}

TEST_F(Many, UploadsAreEchoedByteExact) {
  Http3Server server(loop, certificate);
  Http3Client client(loop, certificate);
  us_quic_connection_t* c = client.connect("localhost", server.port());
  std::string body(4 << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = body_byte(i);
  Response got;
  bool is_ended = false;
  client.request(c, "POST", "/echo", body, [&](const Response& response) {
    got = response;
    is_ended = true;
  });
  run_until([&] { return is_ended; }, 60);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.reason, US_QUIC_OK);
  EXPECT_EQ(got.length, body.size());
  EXPECT_TRUE(got.content_is_right);
}

}  // namespace
}  // namespace usquic::test
