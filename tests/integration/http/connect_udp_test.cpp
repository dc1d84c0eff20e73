// The example connect_udp, a proxy for UDP (RFC 9298): through it to a socket that echoes.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "integration/http/app_fixture.h"
#include "support/capsules.h"
#include "support/serve_process.h"
#include "support/temporary_directory.h"
#include "usquic/udp.h"

namespace usquic::test {
namespace {

// What it sends back comes twice where a stranger is to send it as well.
class EchoSocket {
 public:
  explicit EchoSocket(us_loop_t* loop) {
    socket_ = us_create_udp_socket(loop, nullptr, on_packets, nullptr, "127.0.0.1", 0, this, nullptr);
    stranger_ = us_create_udp_socket(loop, nullptr, on_packets, nullptr, "127.0.0.1", 0, this, nullptr);
  }
  ~EchoSocket() {
    us_udp_socket_close(socket_);
    us_udp_socket_close(stranger_);
    us_udp_packet_buffer_free(reply_);
  }
  EchoSocket(const EchoSocket&) = delete;
  EchoSocket& operator=(const EchoSocket&) = delete;

  int port() const { return us_udp_socket_bound_port(socket_); }

  std::vector<std::string> received;

 private:
  static void on_packets(us_udp_socket_t* socket, us_udp_packet_buffer_t* packets, int count) {
    auto* echo = static_cast<EchoSocket*>(us_udp_socket_user(socket));
    for (int i = 0; i < count; ++i) {
      const std::string payload(us_udp_packet_buffer_payload(packets, i),
                                static_cast<std::size_t>(us_udp_packet_buffer_payload_length(packets, i)));
      echo->received.push_back(payload);
      const char* peer = us_udp_packet_buffer_peer(packets, i);
      echo->send(echo->stranger_, "stranger", peer);
      echo->send(echo->socket_, payload, peer);
    }
  }
  void send(us_udp_socket_t* from, const std::string& payload, const char* peer) {
    us_udp_buffer_set_packet_payload(reply_, 0, 0, payload.data(), static_cast<int>(payload.size()), peer);
    us_udp_socket_send(from, reply_, 1);
  }

  us_udp_packet_buffer_t* reply_ = us_create_udp_packet_buffer();
  us_udp_socket_t* socket_;
  us_udp_socket_t* stranger_;
};

class ConnectUdp : public EveryVersionTest {
 protected:
  void SetUp() override {
    if (!version.has_extended_connect) GTEST_SKIP() << "no extended CONNECT in this version";
  }

  std::string target() const { return "127.0.0.1:" + std::to_string(echo.port()); }

  // The proxy with these words on its command line, and a connection to it.
  RawConnection* start_proxy(const std::vector<std::string>& words, bool takes_datagrams = true) {
    files.write("cert.pem", identity.cert);
    files.write("key.pem", identity.key);
    std::vector<std::string> command = {USQUIC_CONNECT_UDP,
                                        "0",
                                        "--cert",
                                        (files.path() / "cert.pem").string(),
                                        "--key",
                                        (files.path() / "key.pem").string()};
    command.insert(command.end(), words.begin(), words.end());
    proxy.emplace(command, ServeProcess::Limits());
    EXPECT_TRUE(run_until([&] { return proxy->port() != 0; }));
    RawClientOptions options;
    options.takes_datagrams = takes_datagrams;
    RawConnection* connection = make_client(options).connect(proxy->port());
    settle(connection);
    return connection;
  }

  RawRequest* ask(RawConnection* connection, const std::string& host, const std::string& udp_port,
                  const char* protocol = "connect-udp") {
    RawRequest* request =
        connection->request({{":method", "CONNECT"},
                             {":protocol", protocol},
                             {":scheme", "https"},
                             {":authority", "localhost"},
                             {":path", "/.well-known/masque/udp/" + host + "/" + udp_port + "/"},
                             {"capsule-protocol", "?1"}},
                            false);
    EXPECT_TRUE(run_until([&] { return request->status != 0; }));
    return request;
  }
  RawRequest* ask_echo(RawConnection* connection) {
    return ask(connection, "127.0.0.1", std::to_string(echo.port()));
  }

  // HTTP datagrams that came, by either way.
  static std::vector<std::string> datagrams_of(const RawRequest* tunnel) {
    std::vector<std::string> datagrams = tunnel->datagrams;
    for (const auto& [type, value] : capsules_in(tunnel->body)) datagrams.push_back(value);
    return datagrams;
  }

  EchoSocket echo{loop->native()};
  TemporaryDirectory files;
  std::optional<ServeProcess> proxy;
};

TEST_P(ConnectUdp, CarriesPayloadsBothWays) {
  for (const bool takes_datagrams : {false, true}) {
    RawConnection* connection = start_proxy({target()}, takes_datagrams);
    RawRequest* tunnel = ask_echo(connection);
    EXPECT_EQ(tunnel->status, 200);
    EXPECT_EQ(tunnel->field("capsule-protocol"), "?1");
    tunnel->send(capsule(0, std::string(1, '\0') + "by capsule"));
    ASSERT_TRUE(run_until([&] { return datagrams_of(tunnel).size() == 1; }));
    EXPECT_EQ(datagrams_of(tunnel).front(), std::string(1, '\0') + "by capsule");
    EXPECT_EQ(tunnel->datagrams.empty(), !(takes_datagrams && version.has_datagram_frames));
    if (takes_datagrams && version.has_datagram_frames) {
      EXPECT_EQ(tunnel->send_datagram(std::string(1, '\0') + "by frame"), US_QUIC_OK);
      ASSERT_TRUE(run_until([&] { return tunnel->datagrams.size() == 2; }));
      EXPECT_EQ(tunnel->datagrams.back(), std::string(1, '\0') + "by frame");
    }
    tunnel->finish();
    finish(tunnel);
    EXPECT_TRUE(tunnel->ended);
    clients.clear();
  }
}

// RFC 9298 section 5; the longest form of 0 is 0 as well.
TEST_P(ConnectUdp, DropsOtherContextsAndWhatIsNoDatagram) {
  RawRequest* tunnel = ask_echo(start_proxy({target()}));
  const std::string longest_zero("\xc0\0\0\0\0\0\0\0", 8);
  tunnel->send(capsule(0,
                       "\x02"
                       "other") +
               capsule(0, "") + capsule(0, "\x40") + capsule(9, "unknown") +
               capsule(0, longest_zero + "kept"));
  ASSERT_TRUE(run_until([&] { return !datagrams_of(tunnel).empty(); }));
  EXPECT_EQ(echo.received, std::vector<std::string>{"kept"});
  EXPECT_EQ(datagrams_of(tunnel), std::vector<std::string>{std::string(1, '\0') + "kept"});
}

TEST_P(ConnectUdp, RefusesWhatIsNotOnItsList) {
  RawConnection* connection = start_proxy({target(), "--max-tunnels", "1"});
  const std::string udp_port = std::to_string(echo.port());
  EXPECT_EQ(ask(connection, "127.0.0.1", "1")->status, 403);
  EXPECT_EQ(ask(connection, "127.0.0.2", udp_port)->status, 403);
  EXPECT_EQ(ask(connection, "localhost", udp_port)->status, 403);
  EXPECT_EQ(ask(connection, "127.0.0.1", udp_port, "websocket")->status, 501);
  RawRequest* first = ask_echo(connection);
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(ask_echo(connection)->status, 503);
  first->abort();
  finish(first);
  if (!version.outlives_failures) return;
  settle(connection);
  EXPECT_EQ(ask_echo(connection)->status, 200);
  EXPECT_TRUE(echo.received.empty());
}

TEST_P(ConnectUdp, EndsATunnelThatIsIdle) {
  RawRequest* tunnel = ask_echo(start_proxy({target(), "--idle-timeout", "1"}));
  ASSERT_TRUE(run_until([&] { return tunnel->ended; }));
  EXPECT_EQ(tunnel->status, 200);
  EXPECT_FALSE(tunnel->reset);
}

TEST(ConnectUdpProgram, DoesNotServeWithoutTargets) {
  const std::string program = USQUIC_CONNECT_UDP;
  for (const std::string words : {" 0", " 0 nonsense", " 0 127.0.0.1:53 --idle-timeout 0"}) {
    const int status = std::system((program + words + " 2>/dev/null").c_str());
    EXPECT_EQ(WEXITSTATUS(status), 1) << words;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, ConnectUdp, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
