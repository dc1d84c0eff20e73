// Two endpoints over lsquic, joined by a network in memory.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>

#include "support/engine_pair.h"
#include "support/http3_message.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

class LsquicPair : public ::testing::Test {
 protected:
  LsquicPair() { pair.now = TimePoint{}; }

  void join(std::string_view alpn) {
    ASSERT_TRUE(pair.join(alpn));
    client = pair.connection;
    server = pair.server.only_connection();
  }
  bool run_until(const std::function<bool()>& done) { return pair.run(std::chrono::seconds(5), done); }

  EnginePair pair;
  ConnectionRecord* client = nullptr;
  ConnectionRecord* server = nullptr;
};

// RFC 9000 section 9.3: as behind a NAT that forgot the client.
TEST_F(LsquicPair, AClientsNewAddressBecomesThePath) {
  join("echo");
  const Address before = pair.client.address;
  const Address after = *Address::parse("192.0.2.77", 50'777);
  pair.filter = [&](Packet& p) {
    if (p.source == before) p.source = after;
    if (p.destination == after) p.destination = before;
    return true;
  };
  StreamRecord* s = pair.client.create_stream(*client);
  s->write("from elsewhere");
  ASSERT_TRUE(run_until([&] { return server->handle->path().remote == after; }));
  ASSERT_TRUE(
      run_until([&] { return server->streams.size() == 1 && server->streams[0]->body == "from elsewhere"; }));
  server->streams[0]->write("and back");
  ASSERT_TRUE(run_until([&] { return s->body == "and back"; }));
}

TEST_F(LsquicPair, AContextSpeaksHttp3OrOtherProtocols) {
  pair.client.tls_options.alpn = {"h3", "echo"};
  auto tls = tls::create_context(pair.client.tls_options);
  ASSERT_TRUE(tls);
  engine::Config config = pair.client.config;
  config.tls = tls->get();
  EXPECT_EQ(engine::create_endpoint(config, pair.client).error(), US_QUIC_E_INVALID);
}

TEST_F(LsquicPair, RawClientsOfferAllProtocols) {
  pair.client.tls_options.alpn = {"other", "echo"};
  pair.server.tls_options.alpn = {"echo"};
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  ASSERT_TRUE(run_until([&] { return c->handshakes == 1; }));
  EXPECT_EQ(c->handle->alpn(), "echo");
}

// The peer must not take it for the end.
TEST_F(LsquicPair, AStreamThatIsLetGoOfHalfwayEndsTheConnection) {
  join("echo");
  StreamRecord* s = pair.client.create_stream(*client);
  s->write("half of it");
  std::exchange(s->handle, nullptr)->detach();
  ASSERT_TRUE(run_until([&] { return server->closes == 1 && client->closes == 1; }));
  ASSERT_EQ(server->streams.size(), 1U);
  EXPECT_FALSE(server->streams[0]->ended);
}

TEST_F(LsquicPair, AStreamThatIsLetGoOfUnusedEndsAlone) {
  join("echo");
  StreamRecord* s = pair.client.create_stream(*client);
  s->write("question");
  s->handle->finish();
  ASSERT_TRUE(run_until([&] { return server->streams.size() == 1 && server->streams[0]->ended; }));
  std::exchange(server->streams[0]->handle, nullptr)->detach();
  ASSERT_TRUE(run_until([&] { return s->closes == 1; }));
  EXPECT_EQ(client->closes + server->closes, 0);
}

TEST_F(LsquicPair, ResetGoesOutBeforeTheAnswerHasBegunAndNotLater) {
  join("h3");
  StreamRecord* first = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return server->streams.size() == 1 && server->streams[0]->ended; }));
  EXPECT_EQ(server->streams[0]->handle->reset(7), 0);
  ASSERT_TRUE(run_until([&] { return first->closes == 1; }));
  EXPECT_EQ(first->reset, 0U);
  StreamRecord* second = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return server->streams.size() == 2 && server->streams[1]->ended; }));
  begin_answer(*server->streams[1], "body");
  ASSERT_TRUE(run_until([&] { return second->body == "body"; }));
  EXPECT_EQ(server->streams[1]->handle->reset(7), US_QUIC_E_UNSUPPORTED);
}

TEST_F(LsquicPair, ASectionOverTheBoundIsAnswered431) {
  pair.server.config.max_header_list_size = 200;
  join("h3");
  StreamRecord* s = pair.client.create_stream(*client);
  const std::string value(300, 'v');
  const std::vector fields = {header_of(":method", "GET"), header_of(":scheme", "https"),
                              header_of(":authority", "server.test"), header_of(":path", "/"),
                              header_of("x-large", value)};
  EXPECT_EQ(s->handle->send_headers(fields, true), 0);
  ASSERT_TRUE(run_until([&] { return s->closes == 1; }));
  ASSERT_EQ(s->sections.size(), 1U);
  EXPECT_EQ(s->sections[0].value(":status"), "431");
  EXPECT_TRUE(server->streams[0]->sections.empty());
  EXPECT_EQ(client->closes, 0);
}

// RFC 9114 section 4.1.2: more, less or nothing of what was said.
TEST_F(LsquicPair, ABodyOfAnotherLengthThanWasSaidNeverEnds) {
  for (const std::size_t length : {0, 50, 150}) {
    EnginePair pair;
    pair.now = TimePoint{};
    ASSERT_TRUE(pair.join("h3"));
    ConnectionRecord* server = pair.server.only_connection();
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    const std::vector fields = {header_of(":method", "POST"), header_of(":scheme", "https"),
                                header_of(":authority", "server.test"), header_of(":path", "/"),
                                header_of("content-length", "100")};
    EXPECT_EQ(s->handle->send_headers(fields, false), 0);
    if (length > 0) s->write(std::string(length, 'b'));
    EXPECT_EQ(s->handle->finish(), 0);
    ASSERT_TRUE(pair.run(std::chrono::seconds(5), [&] {
      return server->streams.size() == 1 && server->streams[0]->closes == 1;
    })) << length;
    EXPECT_FALSE(server->streams[0]->ended) << length;
    EXPECT_LE(server->streams[0]->body.size(), 100U) << length;
  }
}

TEST_F(LsquicPair, TrailersFollowALongBody) {
  join("h3");
  StreamRecord* s = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return server->streams.size() == 1 && server->streams[0]->ended; }));
  const std::string body(200'000, 'b');
  StreamRecord& r = *server->streams[0];
  begin_answer(r, body);
  EXPECT_EQ(r.handle->send_headers(std::vector{header_of("x-sum", "1")}, true), 0);
  ASSERT_TRUE(run_until([&] { return s->closes == 1; }));
  EXPECT_EQ(s->body, body);
  ASSERT_EQ(s->sections.size(), 2U);
  EXPECT_EQ(s->sections[1].value("x-sum"), "1");
}

// What the application has no room for stays in lsquic, which throws it away with the connection.
TEST_F(LsquicPair, AllThatCameBeforeThePeersCloseIsDelivered) {
  pair.client.config.max_stream_data = 30'000;
  pair.client.consume_at_once = false;
  join("h3");
  StreamRecord* s = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return server->streams.size() == 1 && server->streams[0]->ended; }));
  const std::string body(50'000, 'b');
  StreamRecord& r = *server->streams[0];
  begin_answer(r, body);
  EXPECT_EQ(r.handle->finish(), 0);
  ASSERT_TRUE(run_until([&] { return r.closes == 1; }));
  EXPECT_EQ(s->body.size(), 30'000U);
  pair.server.close(*server, 0);
  ASSERT_TRUE(run_until([&] { return client->closes == 1; }));
  EXPECT_EQ(s->body.size(), body.size());
  EXPECT_TRUE(s->ended);
}

// The callback that the handshake is done is the first place where a client may send.
TEST_F(LsquicPair, DatagramsMayBeSentAtOnce) {
  std::optional<int> result;
  pair.client.on_done = [&](ConnectionRecord& c) {
    constexpr std::string_view data = "at once";
    result = c.handle->send_datagram({reinterpret_cast<const std::uint8_t*>(data.data()), data.size()});
  };
  join("echo");
  EXPECT_EQ(result, 0);
}

// RFC 9000 section 7.5: browsers send their ClientHello in several packets, and its parts in any order.
TEST(RawClient, MaySendItsHelloInPieces) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.add_client(net.client_options());
  const auto transmit = std::exchange(peer.transmit, [](const std::string&) {});
  peer.start();
  peer.transmit = transmit;
  const std::string hello = peer.client_hello();
  const auto deliver = [&](const std::string& frames) {
    net.deliver(net.pair.server, peer.address, peer.make_packet(Level::initial, frames));
  };
  deliver(frame::crypto(0, hello.substr(0, 78)) + frame::crypto(200, hello.substr(200)));
  net.run(std::chrono::milliseconds(14));
  deliver(frame::crypto(78, hello.substr(78, 122)));
  net.run(std::chrono::milliseconds(100), [&] { return peer.is_ready(); });
  EXPECT_TRUE(peer.is_ready());
  EXPECT_TRUE(net.last_retry_scid.empty());
}

}  // namespace
}  // namespace usquic::test
