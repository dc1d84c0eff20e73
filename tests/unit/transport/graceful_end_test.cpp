#include "transport/graceful_end.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/engine.h"
#include "support/built_in_engine.h"
#include "support/engine_pair.h"
#include "support/http3_message.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A pair whose server answers each request, and what a connection's shutdown looks like from both sides.
class GracefulEnd : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!built_in_capabilities().virtual_time) GTEST_SKIP() << "this engine has times of its own";
  }

  void join(std::string_view alpn = "h3") {
    pair.server.on_fin = [this](StreamRecord& s) { answer(s, body); };
    ASSERT_TRUE(pair.join(alpn));
    server = pair.server.only_connection();
    client = pair.connection;
  }

  // A request that both sides are done with; the time of that at the server.
  TimePoint ask_and_read() {
    const std::size_t before = pair.server.streams.size();
    ask(pair.client, *client);
    EXPECT_TRUE(pair.run(seconds(10), [&] {
      return pair.server.streams.size() > before && pair.server.streams.back()->closes == 1;
    }));
    return pair.now;
  }

  EnginePair pair;
  std::string body = "answer";
  ConnectionRecord* server = nullptr;
  ConnectionRecord* client = nullptr;
};

TEST_F(GracefulEnd, LetsAClientThatWasServedJustNowCloseFirst) {
  join();
  ask_and_read();
  server->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(1), [this] { return client->goaways == 1; }));
  pair.run(milliseconds(1500));
  EXPECT_EQ(server->closes, 0);
  pair.client.close(*client, US_QUIC_H3_NO_ERROR);
  ASSERT_TRUE(pair.run(milliseconds(100), [this] { return server->closes == 1; }));
  EXPECT_EQ(server->close.is_remote, 1);
  EXPECT_EQ(server->close.error, US_QUIC_OK);
}

TEST_F(GracefulEnd, ComesTwoSecondsAfterTheLastAcknowledgementWhenTheClientDoesNotClose) {
  join();
  const TimePoint served = ask_and_read();
  server->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(10), [this] { return server->closes == 1; }));
  EXPECT_GE(pair.now - served, seconds(2));
  EXPECT_LE(pair.now - served, milliseconds(2100));
  EXPECT_EQ(server->close.is_remote, 0);
  ASSERT_TRUE(pair.run(seconds(1), [this] { return client->closes == 1; }));
  EXPECT_EQ(client->close.code, US_QUIC_H3_NO_ERROR);
}

TEST_F(GracefulEnd, WaitsThreeProbeTimeoutsWhereTheyAreLonger) {
  pair.delay = milliseconds(500);
  join();
  const TimePoint served = ask_and_read();
  server->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(20), [this] { return server->closes == 1; }));
  EXPECT_GE(pair.now - served, seconds(3));  // a round trip is the least that one can be
}

TEST_F(GracefulEnd, ComesAtOnceWhenTheLastRequestIsLongOver) {
  join();
  ask_and_read();
  pair.run(seconds(2));
  server->handle->shutdown();
  ASSERT_TRUE(pair.run(milliseconds(200), [this] { return client->closes == 1; }));
  EXPECT_EQ(client->goaways, 1);
  EXPECT_EQ(client->close.code, US_QUIC_H3_NO_ERROR);
}

TEST_F(GracefulEnd, ComesAtOnceWithoutAnyRequest) {
  join();
  server->handle->shutdown();
  ASSERT_TRUE(pair.run(milliseconds(200), [this] { return client->closes == 1; }));
}

TEST_F(GracefulEnd, OfAClientComesWithItsLastResponse) {
  join();
  const StreamRecord* request = ask(pair.client, *client);
  client->handle->shutdown();
  ASSERT_TRUE(pair.run(milliseconds(200), [this] { return server->closes == 1; }));
  EXPECT_EQ(request->body, body);
  EXPECT_EQ(server->close.is_remote, 1);
}

TEST_F(GracefulEnd, IsCutShortByClose) {
  join();
  ask_and_read();
  server->handle->shutdown();
  pair.run(milliseconds(500));
  EXPECT_EQ(client->closes, 0);
  pair.server.close(*server, US_QUIC_H3_NO_ERROR);
  EXPECT_TRUE(pair.run(2 * pair.delay, [this] { return client->closes == 1; }));
}

// Firefox, and curl over OpenSSL's QUIC, acknowledge what they buffer, and drop it
// when CONNECTION_CLOSE comes.
TEST_F(GracefulEnd, LosesNothingOfAClientThatReadsMoreSlowlyThanItAcknowledges) {
  body.assign(900'000, 'x');  // one send buffer
  join();
  const StreamRecord* request = ask(pair.client, *client);
  pair.run(milliseconds(40));
  server->handle->shutdown();
  std::size_t read = 0;
  while (read < body.size() && client->closes == 0) {
    pair.run(milliseconds(10));
    read += std::min<std::size_t>(10'000, request->body.size() - read);
  }
  EXPECT_EQ(read, body.size());
}

TEST_F(GracefulEnd, OfARawConnectionWaitsWhenItsOwnWordsWereTheLast) {
  join("echo");
  pair.server.on_fin = [](StreamRecord& s) {
    s.write("answer");
    s.handle->finish();
  };
  StreamRecord* s = pair.client.create_stream(*client);
  s->write("question");
  s->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return s->closes == 1; }));
  server->handle->shutdown();
  pair.run(seconds(1));
  EXPECT_EQ(client->closes, 0);
  ASSERT_TRUE(pair.run(seconds(2), [this] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_OK);
}

TEST_F(GracefulEnd, OfARawConnectionComesAtOnceWhenThePeersWordsWereTheLast) {
  join("echo");
  pair.server.on_fin = [](StreamRecord& s) { s.handle->finish(); };
  StreamRecord* s = pair.client.create_stream(*client);
  s->write("question");
  s->handle->finish();
  client->handle->shutdown();
  EXPECT_TRUE(pair.run(milliseconds(200), [this] { return server->closes == 1; }));
}

// A client that does nothing but keep its connection alive.
class UnusedConnection : public GracefulEnd {
 protected:
  UnusedConnection() {
    pair.server.config.http_idle_timeout = seconds(5);
    pair.client.config.keep_alive = seconds(1);
  }
};

TEST_F(UnusedConnection, IsToldGoawayAndClosedWithoutError) {
  join();
  const TimePoint begun = pair.now;
  ASSERT_TRUE(pair.run(seconds(20), [this] { return client->closes == 1; }));
  EXPECT_GE(pair.now - begun, milliseconds(4900));
  EXPECT_LE(pair.now - begun, milliseconds(5500));
  EXPECT_EQ(client->goaways, 1);
  EXPECT_EQ(client->close.error, US_QUIC_OK);
  EXPECT_EQ(client->close.code, US_QUIC_H3_NO_ERROR);
  EXPECT_EQ(server->closes, 1);
}

TEST_F(UnusedConnection, IsOneSinceItsLastRequestEnded) {
  join();
  for (int i = 0; i < 3; ++i) {
    pair.run(seconds(4));
    ask_and_read();
  }
  EXPECT_EQ(client->closes, 0);
  const TimePoint ended = pair.now;
  ASSERT_TRUE(pair.run(seconds(20), [this] { return client->closes == 1; }));
  EXPECT_GE(pair.now - ended, seconds(5));
}

TEST_F(UnusedConnection, IsNoneWhileAResponseIsOpenHoweverSilent) {
  join();
  pair.server.on_fin = [](StreamRecord& s) { begin_answer(s, "event"); };
  const StreamRecord* request = ask(pair.client, *client);
  pair.run(seconds(60));
  EXPECT_EQ(client->closes + client->goaways, 0);
  EXPECT_EQ(pair.server.streams.back()->handle->finish(), 0);
  ASSERT_TRUE(pair.run(seconds(20), [this] { return client->closes == 1; }));
  EXPECT_EQ(request->close.reason, US_QUIC_OK);
}

// Of WebTransport and of whatever else: the CONNECT stream is an open request.
TEST_F(UnusedConnection, IsNoneWhileAnExtendedConnectIsOpenHoweverSilent) {
  pair.server.config.webtransport_sessions = 1;
  join();
  pair.server.on_fin = nullptr;
  const us_quic_header_t accepted[] = {{":status", 7, "200", 3, 0}};
  pair.server.on_section = [&](StreamRecord& s) { EXPECT_EQ(s.handle->send_headers(accepted, false), 0); };
  std::vector<StreamRecord*> requests;
  for (const std::string_view protocol : {"webtransport", "other"}) {
    const us_quic_header_t fields[] = {{":method", 7, "CONNECT", 7, 0},
                                       {":protocol", 9, protocol.data(), protocol.size(), 0},
                                       {":scheme", 7, "https", 5, 0},
                                       {":authority", 10, "a", 1, 0},
                                       {":path", 5, "/", 1, 0}};
    requests.push_back(pair.client.create_stream(*client));
    EXPECT_EQ(requests.back()->handle->send_headers(fields, false), 0);
  }
  pair.run(seconds(60));
  EXPECT_EQ(client->closes + client->goaways, 0);
  for (StreamRecord* request : requests) {
    EXPECT_EQ(request->sections.size(), 1U);
    EXPECT_EQ(request->handle->finish(), 0);
  }
  pair.run(seconds(1));
  for (const auto& s : pair.server.streams) EXPECT_EQ(s->handle->finish(), 0);
  ASSERT_TRUE(pair.run(seconds(20), [this] { return client->closes == 1; }));
}

TEST_F(UnusedConnection, IsOnlyForServersOfHttp) {
  join("echo");
  pair.run(seconds(60));
  EXPECT_EQ(client->closes, 0);

  EnginePair other;
  other.client.config.http_idle_timeout = seconds(5);
  other.client.config.keep_alive = seconds(1);
  ASSERT_TRUE(other.join("h3"));
  other.run(seconds(60));
  EXPECT_EQ(other.connection->closes, 0);
}

TEST_F(UnusedConnection, StaysWithoutALimit) {
  pair.server.config.http_idle_timeout = {};
  join();
  pair.run(seconds(300));
  EXPECT_EQ(client->closes, 0);
}

}  // namespace
}  // namespace usquic::test
