#include "fixture.h"
#include "tcp/connection.h"

namespace usquic::tcp::test {
namespace {

class TlsConnections : public TcpTest {
 protected:
  TlsConnections() { use_tls(); }

  static usquic::test::TlsStreamClient::Options protocols(std::vector<std::string> alpn) {
    usquic::test::TlsStreamClient::Options options;
    options.alpn = std::move(alpn);
    return options;
  }

  bool run_with(TlsClient& client, const std::function<bool()>& done) {
    return run_until([&] {
      client.carry();
      return done();
    });
  }
};

TEST_F(TlsConnections, OpenWhenTheHandshakeIsOver) {
  std::string alpn;
  recorder_.opened = [&](Connection& connection) { alpn = connection.tls()->alpn(); };
  recorder_.echoes = true;
  listen();
  TlsClient client(listener_.local_address(), protocols({"http/1.1"}));
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  EXPECT_EQ(recorder_.latest->state(), Connection::State::handshaking);
  EXPECT_EQ(recorder_.first().opens, 0);
  ASSERT_TRUE(run_with(client, [&] { return recorder_.first().opens == 1; }));
  EXPECT_EQ(alpn, "http/1.1");
  client.tls.send("hello");
  EXPECT_TRUE(run_with(client, [&] { return client.tls.received() == "hello"; }));
}

TEST_F(TlsConnections, EndByCloseNotifyAndFin) {
  recorder_.ended = [](Connection& connection) {
    connection.write(as_bytes("the answer"));
    connection.write_end();
  };
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open(); }));
  client.tls.send("question");
  client.tls.close();
  EXPECT_TRUE(run_with(client, [&] { return client.socket.has_ended; }));
  EXPECT_EQ(client.tls.received(), "the answer");
  EXPECT_TRUE(client.tls.was_closed());
  EXPECT_EQ(recorder_.first().data, "question");
  EXPECT_EQ(recorder_.first().ends, 1);
  EXPECT_EQ(recorder_.first().closes, 1);
  EXPECT_EQ(recorder_.first().error, 0);
}

TEST_F(TlsConnections, TellAFinWithoutCloseNotifyApart) {
  tls::StreamSession::State state{};
  recorder_.ended = [&](Connection& connection) { state = connection.tls()->state(); };
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open(); }));
  client.socket.finish();
  EXPECT_TRUE(run_with(client, [&] { return recorder_.first().ends == 1; }));
  EXPECT_EQ(state, tls::StreamSession::State::open);
}

TEST_F(TlsConnections, AnEndThatComesWhilePausedWaits) {
  recorder_.received = [](Connection& connection) { connection.pause(); };
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open(); }));
  client.tls.send("all of it");
  client.tls.close();
  ASSERT_TRUE(run_with(client, [&] { return recorder_.first().data == "all of it"; }));
  loop_.settle();
  EXPECT_EQ(recorder_.first().ends, 0);
  recorder_.latest->resume();
  EXPECT_TRUE(run_until([&] { return recorder_.first().ends == 1; }));
}

TEST_F(TlsConnections, RefuseWhatIsNotTls) {
  listen();
  RawClient client(listener_.local_address());
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(run_until([&] { return client.receive().has_ended; }));
  EXPECT_EQ(recorder_.first().opens, 0);
  EXPECT_EQ(recorder_.first().closes, 1);
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_TLS);
  EXPECT_EQ(listener_.counts().handshakes_failed, 1U);
  EXPECT_NE(log_.find("127.0.0.1:"), std::string::npos) << log_;
  EXPECT_NE(log_.find("TLS handshake failed: "), std::string::npos) << log_;
}

TEST_F(TlsConnections, SendTheAlertBeforeTheyEnd) {
  listen();
  TlsClient client(listener_.local_address(), protocols({"smtp"}));
  EXPECT_TRUE(run_with(client, [&] { return client.socket.has_ended; }));
  EXPECT_EQ(client.tls.alert(), 120);
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_ALPN);
  EXPECT_NE(log_.find("no_application_protocol"), std::string::npos) << log_;
}

TEST_F(TlsConnections, EndWhenTheHandshakeTakesTooLong) {
  options_.handshake_timeout = std::chrono::milliseconds(20);
  recorder_.accepting = [](Connection& connection) { connection.set_deadline(std::chrono::hours(1)); };
  listen();
  RawClient client(listener_.local_address());
  client.send("\x16\x03\x01");
  EXPECT_TRUE(run_until([&] { return client.receive().has_ended || client.error != 0; }));
  EXPECT_TRUE(run_until([&] { return recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_EQ(listener_.counts().handshakes_failed, 1U);
}

TEST_F(TlsConnections, TheHandshakesDeadlineEndsWithIt) {
  options_.handshake_timeout = std::chrono::milliseconds(500);
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open() && recorder_.first().opens == 1; }));
  loop_.settle(600);
  EXPECT_EQ(recorder_.first().closes, 0);
  EXPECT_EQ(recorder_.first().deadlines, 0);
}

TEST_F(TlsConnections, ClientsThatLeaveDuringTheHandshakeAreCounted) {
  listen();
  RawClient client(listener_.local_address());
  client.send("\x16\x03\x01");
  client.finish();
  EXPECT_TRUE(run_until([&] { return recorder_.closes() == 1; }));
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_RESET);
  EXPECT_EQ(listener_.counts().handshakes_failed, 1U);
}

TEST_F(TlsConnections, EndWhenARecordWasChanged) {
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open() && recorder_.first().opens == 1; }));
  client.tls.send("secret");
  std::string record = client.tls.take_output();
  record.back() = static_cast<char>(record.back() ^ 1);
  client.socket.send(record);
  EXPECT_TRUE(run_with(client, [&] { return recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_TLS);
  EXPECT_EQ(recorder_.first().data, "");
  EXPECT_EQ(listener_.counts().handshakes_failed, 0U);
}

TEST_F(TlsConnections, MayBeClosedInOnOpen) {
  recorder_.opened = [](Connection& connection) { connection.close(US_QUIC_E_APPLICATION); };
  listen();
  TlsClient client(listener_.local_address());
  EXPECT_TRUE(run_with(client, [&] { return recorder_.closes() == 1; }));
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_APPLICATION);
}

TEST_F(TlsConnections, KeepWhatTheClientDoesNotRead) {
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open() && recorder_.first().opens == 1; }));
  const std::string body = pattern(16 << 20);
  EXPECT_FALSE(recorder_.latest->write(as_bytes(body)));
  loop_.settle();
  const std::size_t waiting = recorder_.latest->buffered();
  EXPECT_GT(waiting, 1U << 20);
  loop_.settle();
  EXPECT_EQ(recorder_.latest->buffered(), waiting);
  EXPECT_TRUE(run_with(client, [&] { return client.tls.received().size() == body.size(); }));
  EXPECT_TRUE(client.tls.received() == body);
  EXPECT_EQ(recorder_.first().writables, 1);
}

TEST_F(TlsConnections, CarryMuchBothWays) {
  recorder_.echoes = true;
  listen();
  TlsClient client(listener_.local_address());
  ASSERT_TRUE(run_with(client, [&] { return client.tls.is_open(); }));
  const std::string body = pattern(4 << 20);
  client.tls.send(body);
  EXPECT_TRUE(run_with(client, [&] { return client.tls.received().size() == body.size(); }));
  EXPECT_TRUE(client.tls.received() == body);
  EXPECT_TRUE(recorder_.first().data == body);
}

}  // namespace
}  // namespace usquic::tcp::test
