#include "redirect/redirect_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/test_loop.h"
#include "unit/tcp/fixture.h"

namespace usquic::redirect {
namespace {

using tcp::test::RawClient;
using testing::HasSubstr;
using testing::StartsWith;

class Redirecting : public testing::Test {
 protected:
  Redirecting() {
    options_.host = "127.0.0.1";
    options_.port = 0;
    options_.https_port = 4433;
  }
  void TearDown() override {
    listener_.reset();
    loop_.free();
  }
  void listen() {
    const Logger log(
        [](void* user, int, const char* line) {
          static_cast<Redirecting*>(user)->log_ += line + std::string("\n");
        },
        this, LogLevel::info);
    auto port = listener_->listen(loop_.get(), options_, log);
    ASSERT_TRUE(port);
    options_.port = *port;
  }
  std::unique_ptr<RawClient> connect() const {
    return std::make_unique<RawClient>(*Address::parse("127.0.0.1", options_.port));
  }
  // What comes until it has this text.
  std::string wait_for(RawClient& client, const std::string& text) {
    EXPECT_TRUE(loop_.run_until([&] { return client.receive().received.find(text) != std::string::npos; }))
        << client.received;
    return std::exchange(client.received, {});
  }
  bool wait_for_end(RawClient& client) {
    return loop_.run_until([&] { return client.receive().has_ended; });
  }

  RedirectOptions options_;
  std::string log_;
  usquic::test::TestLoop loop_;
  std::unique_ptr<RedirectListener> listener_ = std::make_unique<RedirectListener>();
};

TEST_F(Redirecting, SendsEveryRequestToHttpsAndKeepsTheConnection) {
  listen();
  const auto client = connect();
  client->send("GET /a?b HTTP/1.1\r\nHost: example.org:80\r\n\r\n");
  const std::string first = wait_for(*client, "\r\n\r\n");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 308 Permanent Redirect\r\n"));
  EXPECT_THAT(first, HasSubstr("location: https://example.org:4433/a?b\r\n"));
  EXPECT_THAT(first, HasSubstr("content-length: 0\r\n"));
  EXPECT_THAT(first, HasSubstr("date: "));
  client->send("HEAD /one HTTP/1.1\r\nHost: a\r\n\r\nDELETE /two HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string both = wait_for(*client, "https://a:4433/two\r\n");
  EXPECT_THAT(both, HasSubstr("https://a:4433/one\r\n"));
  EXPECT_FALSE(client->has_ended);
}

TEST_F(Redirecting, EndsTheConnectionBehindARequestWithABody) {
  listen();
  const auto client = connect();
  client->send("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
  const std::string got = wait_for(*client, "\r\n\r\n");
  EXPECT_THAT(got, HasSubstr("location: https://a:4433/form\r\n"));
  EXPECT_THAT(got, HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(wait_for_end(*client));
}

TEST_F(Redirecting, RefusesWhatNamesNoHost) {
  listen();
  for (const char* request :
       {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "\x16\x03\x01 hello\r\n\r\n"}) {
    const auto client = connect();
    client->send(request);
    EXPECT_THAT(wait_for(*client, "\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << request;
    EXPECT_TRUE(wait_for_end(*client)) << request;
  }
  EXPECT_THAT(log_, HasSubstr("is refused with 400: "));
}

TEST_F(Redirecting, ServesHttp10) {
  listen();
  const auto client = connect();
  client->send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wait_for(*client, "\r\n\r\n"), HasSubstr("location: https://a:4433/\r\n"));
  EXPECT_TRUE(wait_for_end(*client));
}

TEST_F(Redirecting, AHeadThatIsLateIsAnswered408) {
  options_.head_timeout_ms = 100;
  listen();
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\n");
  std::string got;
  EXPECT_TRUE(loop_.run_until([&] {
    if (!client->receive().has_ended) client->send("a");  // buys no time
    return client->has_ended;
  }));
  EXPECT_THAT(client->received, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(client->received, HasSubstr("connection: close\r\n"));
}

TEST_F(Redirecting, AConnectionWithoutARequestEndsWithoutAWord) {
  options_.idle_timeout_ms = 100;
  listen();
  const auto client = connect();
  EXPECT_TRUE(wait_for_end(*client));
  EXPECT_EQ(client->received, "");
}

TEST_F(Redirecting, ConnectionsAreBounded) {
  options_.max_connections = 1;
  listen();
  const auto first = connect();
  first->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for(*first, "\r\n\r\n");
  const auto second = connect();
  EXPECT_TRUE(loop_.run_until([&] { return second->receive().has_ended || second->error != 0; }));
}

TEST_F(Redirecting, AClientThatReadsNothingIsNotReadFurther) {
  listen();
  const auto client = connect();
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::size_t all = many.size();
  for (int i = 0; i < 200; ++i) {
    client->send(many);
    loop_.run_until([] { return true; });
  }
  EXPECT_GT(many.size(), 0U);
  std::size_t answers = 0;
  EXPECT_TRUE(loop_.run_until([&] {
    client->send(many);
    client->receive();
    const std::size_t keep = client->received.rfind("\r\n\r\n");
    if (keep == std::string::npos) return false;
    for (std::size_t at = client->received.find(" 308 "); at != std::string::npos && at < keep;
         at = client->received.find(" 308 ", at + 1))
      ++answers;
    client->received.erase(0, keep + 4);
    return answers == 200'000;
  })) << answers
      << " of " << all;
}

TEST_F(Redirecting, StopEndsConnectionsAndAcceptsNoMore) {
  listen();
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  wait_for(*client, "\r\n\r\n");
  listener_->stop();
  EXPECT_TRUE(wait_for_end(*client));
  EXPECT_FALSE(connect()->is_connected);
}

TEST_F(Redirecting, APortThatIsTakenIsAnError) {
  listen();
  RedirectListener other;
  EXPECT_EQ(other.listen(loop_.get(), options_, {}).error(), US_QUIC_E_ADDRESS_IN_USE);
}

}  // namespace
}  // namespace usquic::redirect
