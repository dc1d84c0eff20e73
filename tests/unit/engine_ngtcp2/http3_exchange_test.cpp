// HTTP/3 over two whole engines: what http3_driver.cpp joins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_pair.h"
#include "support/header_field.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

using engine::Direction;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

std::vector<us_quic_header_t> request(std::string_view method = "GET", std::string_view path = "/") {
  return {field(":method", method), field(":scheme", "https"), field(":authority", "server.test"),
          field(":path", path)};
}

std::vector<us_quic_header_t> response(std::string_view status = "200") {
  return {field(":status", status)};
}

// Answers each request with its path, or its body, as soon as it is complete.
void answer(EnginePair& pair) {
  pair.server.on_fin = [](StreamRecord& s) {
    EXPECT_EQ(s.handle->send_headers(response(), false), 0);
    s.write(s.body.empty() ? s.sections[0].value(":path") : s.body);
    EXPECT_EQ(s.handle->finish(), 0);
  };
}

TEST(Http3Exchange, GetsAnAnswer) {
  EnginePair pair;
  answer(pair);
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->handle->send_headers(request("GET", "/index"), true), 0);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  ASSERT_EQ(s->sections.size(), 1u);
  EXPECT_EQ(s->sections[0].value(":status"), "200");
  EXPECT_EQ(s->body, "/index");
  EXPECT_TRUE(s->ended);
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  pair.run(milliseconds(200));
  EXPECT_EQ(pair.server.streams[0]->closes, 1);
  EXPECT_EQ(pair.server.streams[0]->close.reason, US_QUIC_OK);
}

TEST(Http3Exchange, CarriesWhatWasAskedForBeforeTheHandshake) {
  EnginePair pair;
  answer(pair);
  pair.client.tls_options.alpn = pair.server.tls_options.alpn = {"h3"};
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*c);
  EXPECT_EQ(s->handle->send_headers(request("POST", "/early"), false), 0);
  EXPECT_EQ(s->write("early body"), 10);
  EXPECT_EQ(s->handle->send_headers(std::vector{field("checksum", "abc")}, true), 0);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->body, "early body");
  ASSERT_EQ(pair.server.streams[0]->sections.size(), 2u);
  EXPECT_EQ(pair.server.streams[0]->sections[1].value("checksum"), "abc");
  EXPECT_EQ(pair.server.streams[0]->sections[1].kind, US_QUIC_HEADERS_TRAILERS);
}

TEST(Http3Exchange, CarriesInformationalResponsesAndTrailers) {
  EnginePair pair;
  pair.server.on_fin = [](StreamRecord& s) {
    EXPECT_EQ(s.handle->send_headers(response("103"), false), 0);
    EXPECT_EQ(s.handle->send_headers(response("200"), false), 0);
    s.write("body");
    EXPECT_EQ(s.handle->send_headers(std::vector{field("digest", "123")}, true), 0);
    EXPECT_EQ(s.write("late"), US_QUIC_E_STATE);
  };
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->send_headers(request(), true);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  ASSERT_EQ(s->sections.size(), 3u);
  EXPECT_EQ(s->sections[0].kind, US_QUIC_HEADERS_INFORMATIONAL);
  EXPECT_EQ(s->sections[0].value(":status"), "103");
  EXPECT_EQ(s->sections[1].kind, US_QUIC_HEADERS_MESSAGE);
  EXPECT_EQ(s->sections[2].kind, US_QUIC_HEADERS_TRAILERS);
  EXPECT_EQ(s->sections[2].value("digest"), "123");
  EXPECT_EQ(s->body, "body");
}

TEST(Http3Exchange, CarriesTwoMebibytesBothWays) {
  EnginePair pair;
  const std::string text(2 << 20, 'm');
  std::map<StreamRecord*, std::string> pending;
  const auto pump = [&pending](StreamRecord& s) {
    std::string& rest = pending[&s];
    const auto accepted = s.write(rest);
    ASSERT_GE(accepted, 0);
    rest.erase(0, static_cast<std::size_t>(accepted));
    if (rest.empty() && (s.is_local || s.ended)) s.handle->finish();
  };
  pair.server.on_section = [](StreamRecord& s) { s.handle->send_headers(response(), false); };
  pair.server.on_data = [&](StreamRecord& s, Bytes data) {
    pending[&s] += as_text(data);
    pump(s);
  };
  pair.server.on_fin = pump;
  pair.server.on_stream_writable = pair.client.on_stream_writable = pump;
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->send_headers(request("POST"), false);
  pending[s] = text;
  pump(*s);
  ASSERT_TRUE(pair.run(seconds(60), [s] { return s->closes == 1; }));
  EXPECT_TRUE(s->body == text);
}

TEST(Http3Exchange, ThousandRequestsOverOneConnection) {
  EnginePair pair;
  answer(pair);
  ASSERT_TRUE(pair.join("h3"));
  for (int i = 0; i < 1000; ++i) {
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    EXPECT_EQ(s->handle->send_headers(request("GET", "/" + std::to_string(i)), true), 0);
  }
  ASSERT_TRUE(
      pair.run(seconds(60), [&] { return std::ranges::count(pair.client.log, "stream_close") == 1000; }));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(pair.client.streams[i]->body, "/" + std::to_string(i));
    ASSERT_EQ(pair.client.streams[i]->close.reason, US_QUIC_OK);
  }
}

TEST(Http3Exchange, ServersOpenNoStreams) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  auto made = pair.server.only_connection()->handle->create_stream(Direction::bidirectional, nullptr);
  EXPECT_EQ(made.error(), US_QUIC_E_STATE);
  made = pair.connection->handle->create_stream(Direction::unidirectional, nullptr);
  EXPECT_EQ(made.error(), US_QUIC_E_STATE);
}

TEST(Http3Exchange, UnidirectionalStreamOfAnUndecidedConnectionIsClosed) {
  EnginePair pair;
  pair.client.tls_options.alpn = pair.server.tls_options.alpn = {"h3"};
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*c, Direction::unidirectional);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->close.reason, US_QUIC_E_STATE);
  EXPECT_FALSE(s->opened);
}

TEST(Http3Exchange, RejectsMalformedHeadersAtOnce) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->handle->send_headers(std::vector{field(":method", "GET")}, true), US_QUIC_E_HEADERS);
  EXPECT_EQ(s->write("too early"), US_QUIC_E_STATE);
  EXPECT_EQ(s->handle->send_headers(request(), true), 0);
}

TEST(Http3Exchange, RequestCancelledByTheClientIsAbortedAtTheServer) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->send_headers(request("POST"), false);
  s->write("half");
  ASSERT_TRUE(pair.run(
      seconds(1), [&] { return !pair.server.streams.empty() && !pair.server.streams[0]->body.empty(); }));
  StreamRecord* peer = pair.server.streams[0].get();
  s->handle->reset(US_QUIC_H3_REQUEST_CANCELLED);
  s->handle->stop(US_QUIC_H3_REQUEST_CANCELLED);
  ASSERT_TRUE(pair.run(seconds(1), [peer] { return peer->reset.has_value(); }));
  EXPECT_EQ(*peer->reset, US_QUIC_H3_REQUEST_CANCELLED);
  // The server notices the stop when it writes.
  if (peer->handle != nullptr) peer->handle->send_headers(response(), true);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return peer->closes == 1 && s->closes == 1; }));
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
}

TEST(Http3Exchange, ShutdownAnswersWhatIsInFlightThenCloses) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->send_headers(request("GET", "/slow"), true);
  ASSERT_TRUE(
      pair.run(seconds(1), [&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  pair.server.only_connection()->handle->shutdown();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->goaways == 1; }));
  auto made = pair.connection->handle->create_stream(Direction::bidirectional, nullptr);
  EXPECT_EQ(made.error(), US_QUIC_E_GOAWAY);
  pair.run(seconds(1));
  EXPECT_EQ(pair.connection->closes, 0);
  StreamRecord* peer = pair.server.streams[0].get();
  peer->handle->send_headers(response(), false);
  peer->write("at last");
  peer->handle->finish();
  ASSERT_TRUE(pair.run(seconds(3), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(s->body, "at last");
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  EXPECT_EQ(pair.connection->close.error, US_QUIC_OK);
  EXPECT_EQ(pair.server.only_connection()->closes, 1);
  EXPECT_EQ(pair.server.only_connection()->close.error, US_QUIC_OK);
}

TEST(Http3Exchange, GivesCreditOnlyForConsumedBody) {
  EnginePair pair;
  pair.server.consume_at_once = false;
  ASSERT_TRUE(pair.join("h3"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->handle->send_headers(request("POST"), false);
  s->write(std::string(800000, 'b'));
  pair.run(seconds(2));
  StreamRecord* peer = pair.server.streams[0].get();
  const std::size_t first = peer->body.size();
  EXPECT_LE(first, 256u << 10);
  EXPECT_GT(first, 250u << 10);
  peer->handle->consume(first);
  pair.run(seconds(2));
  EXPECT_GT(peer->body.size(), first);
}

}  // namespace
}  // namespace usquic::test
