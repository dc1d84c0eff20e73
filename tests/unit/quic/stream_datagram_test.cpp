#include <gtest/gtest.h>

#include "harness.h"

namespace usquic::test {
namespace {

int send_datagram(us_quic_stream_t* s, std::string_view text) {
  return us_quic_stream_send_datagram(s, text.data(), text.size());
}

// A client and a server that read datagrams, and a request that goes on.
struct OpenRequest {
  TestLoop loop;
  Peer server{loop, {.speaks = Speaks::http3, .is_server = true, .reads_stream_datagrams = true}};
  Peer client{loop, {.speaks = Speaks::http3, .reads_stream_datagrams = true}};
  us_quic_connection_t* connection = nullptr;
  us_quic_stream_t* local = nullptr;
  us_quic_stream_t* remote = nullptr;

  void open() {
    server.on_stream_headers = [this](us_quic_stream_t* s, int) { remote = s; };
    connection = client.connect(server.listen());
    local = open_stream(client, connection);
    EXPECT_EQ(send_datagram(local, "x"), US_QUIC_E_STATE);
    send_request(local, "/", false);
    ASSERT_TRUE(loop.run_until([this] { return remote != nullptr; }));
    // The server's SETTINGS may come after the request was taken.
    ASSERT_TRUE(loop.run_until([this] { return send_datagram(local, "first") != US_QUIC_E_AGAIN; }));
  }
};

TEST(StreamDatagram, ArrivesInBothDirections) {
  OpenRequest r;
  if (!r.client.capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  std::vector<std::string> asked, answered;
  r.server.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view data) {
    EXPECT_EQ(s, r.remote);
    asked.emplace_back(data);
    EXPECT_EQ(send_datagram(s, "to " + std::string(data)), 0);
  };
  r.client.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view data) {
    EXPECT_EQ(s, r.local);
    answered.emplace_back(data);
  };
  r.open();
  EXPECT_EQ(send_datagram(r.local, {}), 0);
  ASSERT_TRUE(r.loop.run_until([&] { return answered.size() == 2; }));
  EXPECT_EQ(asked, (std::vector<std::string>{"first", ""}));
  EXPECT_EQ(answered, (std::vector<std::string>{"to first", "to "}));
}

TEST(StreamDatagram, IsNotHeldUpByAPause) {
  OpenRequest r;
  if (!r.client.capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  int came = 0;
  r.server.on_stream_datagram = [&](us_quic_stream_t*, std::string_view) { ++came; };
  r.open();
  us_quic_stream_pause(r.remote);
  EXPECT_EQ(send_datagram(r.local, "x"), 0);
  EXPECT_TRUE(r.loop.run_until([&] { return came == 2; }));
}

TEST(StreamDatagram, DoesNotComeOnceReadingWasStopped) {
  OpenRequest r;
  int came = 0;
  r.open();
  r.server.on_stream_datagram = [&](us_quic_stream_t*, std::string_view) { ++came; };
  EXPECT_EQ(us_quic_stream_stop(r.remote, 0x10c), 0);
  send_datagram(r.local, "x");
  r.loop.settle();
  EXPECT_EQ(came, 0);
}

TEST(StreamDatagram, CallsMayCloseTheStreamThatItIsFor) {
  OpenRequest r;
  if (!r.client.capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  int came = 0;
  r.server.on_stream_datagram = [&](us_quic_stream_t* s, std::string_view) {
    ++came;
    us_quic_stream_close(s);
  };
  r.open();
  send_datagram(r.local, "second");
  ASSERT_TRUE(r.loop.run_until([&] { return r.client.streams_closed == 1; }));
  EXPECT_EQ(came, 1);
  EXPECT_EQ(r.server.streams_closed, 1);
}

TEST(StreamDatagram, IsRefusedWithTheReason) {
  OpenRequest r;
  r.open();
  EXPECT_EQ(us_quic_stream_send_datagram(r.local, nullptr, 1), US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_connection_send_datagram(r.connection, "x", 1), US_QUIC_E_STATE);
  if (r.client.capabilities().stream_datagrams) {
    EXPECT_EQ(send_datagram(r.local, std::string(5000, 'x')), US_QUIC_E_TOO_LARGE);
  }
  EXPECT_EQ(us_quic_stream_shutdown(r.local), 0);
  EXPECT_EQ(send_datagram(r.local, "x"), US_QUIC_E_STATE);
  us_quic_stream_close(r.local);
  EXPECT_EQ(send_datagram(r.local, "x"), US_QUIC_E_CLOSED);
}

TEST(StreamDatagram, NeedsACallbackOnBothSides) {
  TestLoop loop;
  Peer server(loop, {.speaks = Speaks::http3, .is_server = true});
  Peer client(loop, {.speaks = Speaks::http3, .reads_stream_datagrams = true});
  if (!client.capabilities().stream_datagrams) GTEST_SKIP() << "this engine sends no datagrams of streams";
  us_quic_stream_t* remote = nullptr;
  server.on_stream_headers = [&](us_quic_stream_t* s, int) { remote = s; };
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* s = open_stream(client, c);
  send_request(s, "/", false);
  std::uint64_t value = 7;
  ASSERT_TRUE(loop.run_until([&] {
    return remote != nullptr && us_quic_connection_peer_setting(c, 0x33, &value) != US_QUIC_E_AGAIN;
  }));
  EXPECT_EQ(value, 0U);
  EXPECT_EQ(send_datagram(s, "x"), US_QUIC_E_UNSUPPORTED);
  EXPECT_EQ(send_datagram(remote, "x"), US_QUIC_E_STATE);
}

}  // namespace
}  // namespace usquic::test
