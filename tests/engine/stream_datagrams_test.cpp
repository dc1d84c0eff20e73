// Datagrams of HTTP/3 streams (RFC 9297).
#include "contract.h"
#include "support/http3_message.h"

namespace usquic::test {
namespace {

class StreamDatagrams : public Contract {
 protected:
  StreamDatagrams() { pair.client.reads_stream_datagrams = pair.server.reads_stream_datagrams = true; }

  // A request that goes on in both directions.
  void open_request() {
    join("h3");
    local = pair.client.create_stream(*client);
    ASSERT_NE(local, nullptr);
    const std::vector fields = {header_of(":method", "GET"), header_of(":scheme", "https"),
                                header_of(":authority", "server.test"), header_of(":path", "/")};
    EXPECT_EQ(local->handle->send_headers(fields, false), 0);
    ASSERT_TRUE(run_until(
        [this] { return !pair.server.streams.empty() && !pair.server.streams.back()->sections.empty(); }));
    remote = pair.server.streams.back().get();
  }
  static int send(StreamRecord* s, std::string_view text) { return s->handle->send_datagram(as_bytes(text)); }

  StreamRecord* local = nullptr;
  StreamRecord* remote = nullptr;
};

TEST_F(StreamDatagrams, ArriveOnTheirStreamInBothDirections) {
  open_request();
  if (!capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  EXPECT_EQ(send(local, "question"), 0);
  EXPECT_EQ(send(local, ""), 0);
  EXPECT_EQ(send(remote, "answer"), 0);
  ASSERT_TRUE(run_until([this] { return remote->datagrams.size() == 2 && local->datagrams.size() == 1; }));
  EXPECT_EQ(remote->datagrams, (std::vector<std::string>{"question", ""}));
  EXPECT_EQ(local->datagrams, (std::vector<std::string>{"answer"}));
  EXPECT_TRUE(client->datagrams.empty());
  EXPECT_TRUE(server->datagrams.empty());
}

TEST_F(StreamDatagrams, AreAnnouncedWhereTheyAreRead) {
  pair.client.reads_stream_datagrams = false;
  join("h3");
  if (!capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  EXPECT_EQ(*client->handle->peer_setting(0x33), 1U);
  EXPECT_EQ(*server->handle->peer_setting(0x33), 0U);
}

TEST_F(StreamDatagrams, AreNotAnnouncedWithoutTheFrames) {
  pair.server.config.datagrams = false;
  join("h3");
  if (!capabilities().peer_settings) GTEST_SKIP() << "this engine keeps SETTINGS to itself";
  EXPECT_EQ(*client->handle->peer_setting(0x33), 0U);
}

TEST_F(StreamDatagrams, AreRefusedWhereOneSideReadsNone) {
  pair.server.reads_stream_datagrams = false;
  open_request();
  if (!capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  EXPECT_EQ(send(local, "x"), US_QUIC_E_UNSUPPORTED);
  EXPECT_EQ(send(remote, "x"), US_QUIC_E_STATE);
}

TEST_F(StreamDatagrams, AreRefusedWhenTheyFitNoPacket) {
  open_request();
  if (!capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  EXPECT_EQ(send(local, std::string(2000, 'x')), US_QUIC_E_TOO_LARGE);
}

TEST_F(StreamDatagrams, AreRefusedAfterTheEndOfTheirStream) {
  open_request();
  EXPECT_EQ(local->handle->finish(), 0);
  EXPECT_EQ(send(local, "x"), US_QUIC_E_STATE);
  EXPECT_EQ(remote->handle->reset(1), 0);
  EXPECT_EQ(send(remote, "x"), US_QUIC_E_STATE);
}

TEST_F(StreamDatagrams, AreRefusedBeforeTheirStreamIsOpen) {
  start("h3");
  client = pair.client.connect(pair.server);
  local = pair.client.create_stream(*client);
  EXPECT_EQ(send(local, "x"), US_QUIC_E_STATE);
}

TEST_F(StreamDatagrams, AreRefusedOnRawStreams) {
  join();
  ASSERT_NE(open_stream(local), nullptr);
  EXPECT_EQ(send(local, "x"), US_QUIC_E_STATE);
}

TEST_F(StreamDatagrams, TakeThePlaceOfTheConnections) {
  join("h3");
  EXPECT_EQ(client->handle->send_datagram(as_bytes("x")), US_QUIC_E_STATE);
  EXPECT_EQ(server->handle->send_datagram(as_bytes("x")), US_QUIC_E_STATE);
}

}  // namespace
}  // namespace usquic::test
