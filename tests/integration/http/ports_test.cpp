// The ports of an app: which of them are opened, for which versions of HTTP, and how they are closed.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "integration/http/app_fixture.h"
#include "support/tls_socket.h"

namespace usquic::test {
namespace {

// A socket of the kernel, on 127.0.0.1.
class PlainSocket {
 public:
  explicit PlainSocket(int type) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {}
  ~PlainSocket() { close(fd_); }
  PlainSocket(const PlainSocket&) = delete;
  PlainSocket& operator=(const PlainSocket&) = delete;

  int fd() const { return fd_; }
  bool bind_to(int port) const { return ::bind(fd_, address_of(port), sizeof(address_)) == 0; }
  bool connect_to(int port) const { return ::connect(fd_, address_of(port), sizeof(address_)) == 0; }

 private:
  const sockaddr* address_of(int port) const {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(port));
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return reinterpret_cast<const sockaddr*>(&address_);
  }

  const int fd_;
  mutable sockaddr_in address_{};
};

bool has_udp_port(int port) {
  return !PlainSocket(SOCK_DGRAM).bind_to(port);
}

bool has_tcp_port(int port) {
  return PlainSocket(SOCK_STREAM).connect_to(port);
}

class Ports : public EveryVersionTest {
 protected:
  ListenSocket* open_port() {
    ListenSocket* opened = nullptr;
    app->listen("127.0.0.1", 0, [&opened](ListenSocket* socket) { opened = socket; });
    if (opened != nullptr) port = opened->port();
    return opened;
  }

  // What a client of `which` gets, or "" when it cannot connect.
  std::string ask(const Version& which) {
    RawClientOptions options;
    options.ca = identity.cert;
    RawClient* client = clients.emplace_back(which.make_client(loop->native(), options)).get();
    RawConnection* connection = client->connect(port);
    run_until([&] { return connection->open || connection->closed; });
    const RawRequest* request = connection->open ? connection->get("/") : nullptr;
    if (request == nullptr) return "";
    finish(request);
    return request->body;
  }

  void answer_with_the_name() {
    app->get("/", [](Response* res, Request*) { res->end("served"); });
  }
};

TEST_P(Ports, AVersionThatIsSwitchedOffIsNotServedAndTheOthersAre) {
  AppOptions options;
  options.*version.option = false;
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  options.core = &core;
  make_app(options);
  answer_with_the_name();
  ASSERT_NE(open_port(), nullptr);
  for (const Version& each : {http1, http2, http3}) {
    const bool is_off = each.option == version.option;
    if (is_off && each.option == http3.option) continue;  // nobody would tell its client so
    EXPECT_EQ(ask(each), is_off ? "" : "served") << each.name;
  }
  EXPECT_EQ(has_udp_port(port), options.http3);
  EXPECT_TRUE(has_tcp_port(port));
}

TEST_P(Ports, AnAppOfOneVersionOpensThePortOfThatOneAlone) {
  AppOptions options;
  options.http1 = options.http2 = options.http3 = false;
  options.*version.option = true;
  make_app(options);
  answer_with_the_name();
  const ListenSocket* opened = open_port();
  ASSERT_NE(opened, nullptr);
  EXPECT_EQ(has_udp_port(port), options.http3);
  EXPECT_EQ(has_tcp_port(port), !options.http3);
  EXPECT_EQ(opened->native() != nullptr, options.http3);
  EXPECT_EQ(ask(version), "served");
}

TEST_P(Ports, AHostMayBeAName) {
  make_app().get("/", [](Response* res, Request*) { res->end("here"); });
  for (const char* host : {"localhost", "::1", ""}) {
    app->listen(host, 0, [&](ListenSocket* opened) {
      ASSERT_NE(opened, nullptr) << host;
      port = opened->port();
    });
  }
  const RawRequest* request = make_client().connect(port)->get("/");
  finish(request);
  EXPECT_EQ(request->body, "here");
  app->listen("no.such.host.invalid", 0, [](ListenSocket* opened) { EXPECT_EQ(opened, nullptr); });
  EXPECT_EQ(app->error(), US_QUIC_E_RESOLVE);
}

TEST_P(Ports, APortThatIsClosedTakesNoMoreClientsAndKeepsThoseItHas) {
  make_app();
  answer_with_the_name();
  ListenSocket* opened = open_port();
  ASSERT_NE(opened, nullptr);
  RawConnection* connection = make_client().connect(port);
  ASSERT_TRUE(run_until([&] { return connection->open; }));
  settle(connection);
  opened->close();
  opened->close();
  EXPECT_EQ(opened->port(), port);
  EXPECT_EQ(opened->native(), nullptr);
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_EQ(request->body, "served");
  EXPECT_FALSE(has_tcp_port(port));
  ASSERT_NE(open_port(), nullptr);
  EXPECT_EQ(ask(version), "served");
}

TEST_P(Ports, AClientThatDoesNotEncryptIsNotServed) {
  if (version.option == http3.option) GTEST_SKIP() << "nothing of it goes unencrypted";
  make_app();
  answer_with_the_name();
  ASSERT_NE(open_port(), nullptr);
  // RFC 9113 section 3.3: prior knowledge; and a request of HTTP/1.1.
  const std::string begin = version.has_streams
                                ? std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33)
                                : "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const PlainSocket plain(SOCK_STREAM);
  ASSERT_TRUE(plain.connect_to(port));
  ASSERT_EQ(send(plain.fd(), begin.data(), begin.size(), MSG_NOSIGNAL), static_cast<ssize_t>(begin.size()));
  std::string received;
  const bool is_over = run_until(
      [&] {
        char bytes[1000];
        const ssize_t count = recv(plain.fd(), bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count > 0) received.append(bytes, static_cast<std::size_t>(count));
        return count == 0 || (count < 0 && errno != EAGAIN);
      },
      10);
  EXPECT_TRUE(is_over);
  // An alert of TLS at most (RFC 8446 section 5.1).
  EXPECT_TRUE(received.empty() || received.front() == '\x15') << received;
}

INSTANTIATE_TEST_SUITE_P(Versions, Ports, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
