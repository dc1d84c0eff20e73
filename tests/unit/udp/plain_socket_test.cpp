#include <arpa/inet.h>

#include "fixture.h"
#include "udp/packet_buffer.h"
#include "usquic/error.h"
#include "usquic/udp.h"

namespace usquic::udp {
namespace {

struct Side {
  us_udp_packet_buffer_t* reply = nullptr;
  std::vector<std::string> packets;
  std::vector<Address> peers;
  std::vector<std::string> local_ips;
  std::vector<int> ecn;
  int drains = 0;
  bool closes_in_data = false;
  int calls = 0;
};

Side& side_of(us_udp_socket_t* s) {
  return *static_cast<Side*>(us_udp_socket_user(s));
}

void on_data(us_udp_socket_t* s, us_udp_packet_buffer_t* buf, int packets) {
  Side& side = side_of(s);
  ++side.calls;
  for (int i = 0; i < packets; ++i) {
    const auto length = static_cast<std::size_t>(us_udp_packet_buffer_payload_length(buf, i));
    side.packets.emplace_back(us_udp_packet_buffer_payload(buf, i), length);
    const auto* peer = reinterpret_cast<const sockaddr*>(us_udp_packet_buffer_peer(buf, i));
    side.peers.push_back(Address::from_sockaddr(peer, Address::capacity()));
    char ip[16];
    side.local_ips.emplace_back(ip, static_cast<std::size_t>(us_udp_packet_buffer_local_ip(buf, i, ip)));
    side.ecn.push_back(us_udp_packet_buffer_ecn(buf, i));
  }
  if (side.reply != nullptr) us_udp_socket_send(s, buf, packets);
  if (side.closes_in_data) us_udp_socket_close(s);
}

void on_drain(us_udp_socket_t* s) {
  ++side_of(s).drains;
}

class PlainSocketTest : public LoopTest {
 protected:
  void SetUp() override { buffer_ = us_create_udp_packet_buffer(); }
  void TearDown() override {
    us_loop_free(loop_);
    loop_ = nullptr;
    us_udp_packet_buffer_free(buffer_);
  }

  us_udp_socket_t* create(Side& side, const char* host, unsigned short port = 0) {
    return us_create_udp_socket(loop_, nullptr, on_data, on_drain, host, port, &side, &error_);
  }

  int set(int index, std::string_view text, const Address& peer, int offset = 0) {
    return us_udp_buffer_set_packet_payload(buffer_, index, offset, text.data(),
                                            static_cast<int>(text.size()), peer.get());
  }

  us_udp_packet_buffer_t* buffer_ = nullptr;
  int error_ = 0;
};

TEST_F(PlainSocketTest, PacketsGoThereAndBackOnBothFamilies) {
  Side server;
  server.reply = buffer_;
  us_udp_socket_t* echo = create(server, nullptr);
  ASSERT_NE(echo, nullptr);
  for (const char* host : {"127.0.0.1", "::1"}) {
    if (host == std::string_view("::1") && !has_ipv6()) continue;
    Side client;
    us_udp_socket_t* s = create(client, host);
    ASSERT_NE(s, nullptr);
    const auto to = *Address::parse(host, static_cast<std::uint16_t>(us_udp_socket_bound_port(echo)));
    ASSERT_EQ(set(0, "one", to), 0);
    ASSERT_EQ(set(1, "two", to), 0);
    ASSERT_EQ(us_udp_socket_send(s, buffer_, 2), 2);
    ASSERT_TRUE(run_until([&] { return client.packets.size() == 2; }));
    EXPECT_EQ(client.packets, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(client.peers[0], to);
    EXPECT_EQ(server.peers.back(),
              *Address::parse(host, static_cast<std::uint16_t>(us_udp_socket_bound_port(s))));
    EXPECT_EQ(server.local_ips.back().size(), to.family() == AF_INET ? 4u : 16u);
    us_udp_socket_close(s);
  }
}

TEST_F(PlainSocketTest, AFullBufferArrivesInCallsOfAtMostABuffer) {
  Side server;
  Side client;
  us_udp_socket_t* receiver = create(server, "127.0.0.1");
  us_udp_socket_t* sender = create(client, "127.0.0.1");
  const Address to = loopback(AF_INET, static_cast<std::uint16_t>(us_udp_socket_bound_port(receiver)));
  std::vector<std::string> expected;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < US_UDP_MAX_PACKETS; ++i) {
      expected.push_back(pattern(static_cast<std::size_t>(100 + i), static_cast<std::size_t>(round)));
      ASSERT_EQ(set(i, expected.back(), to), 0);
    }
    ASSERT_EQ(us_udp_socket_send(sender, buffer_, US_UDP_MAX_PACKETS), US_UDP_MAX_PACKETS);
  }
  ASSERT_TRUE(run_until([&] { return server.packets.size() == expected.size(); }));
  EXPECT_EQ(server.packets, expected);
  EXPECT_GE(server.calls, 3);
}

TEST_F(PlainSocketTest, APayloadCanBePutTogetherByOffset) {
  Side side;
  us_udp_socket_t* s = create(side, "127.0.0.1");
  const Address self = loopback(AF_INET, static_cast<std::uint16_t>(us_udp_socket_bound_port(s)));
  ASSERT_EQ(set(0, "head", self), 0);
  ASSERT_EQ(set(0, " and tail", self, 4), 0);
  ASSERT_EQ(us_udp_socket_send(s, buffer_, 1), 1);
  ASSERT_TRUE(run_until([&] { return !side.packets.empty(); }));
  EXPECT_EQ(side.packets[0], "head and tail");
}

TEST_F(PlainSocketTest, WhatIsOutOfRangeIsRefused) {
  const Address to = loopback(AF_INET, 9);
  EXPECT_EQ(set(-1, "x", to), US_QUIC_E_INVALID);
  EXPECT_EQ(set(US_UDP_MAX_PACKETS, "x", to), US_QUIC_E_INVALID);
  EXPECT_EQ(set(0, "x", to, -1), US_QUIC_E_INVALID);
  EXPECT_EQ(set(0, "x", to, 65507), US_QUIC_E_INVALID);
  EXPECT_EQ(set(0, "x", to, 65506), 0);
  EXPECT_EQ(set(0, "x", Address()), US_QUIC_E_INVALID);
  EXPECT_EQ(us_udp_buffer_set_packet_payload(buffer_, 0, 0, "x", -1, to.get()), US_QUIC_E_INVALID);
  EXPECT_EQ(us_udp_packet_buffer_payload(buffer_, 64), nullptr);

  Side side;
  us_udp_socket_t* s = create(side, "127.0.0.1");
  EXPECT_EQ(us_udp_socket_send(s, buffer_, 65), US_QUIC_E_INVALID);
  EXPECT_EQ(us_udp_socket_send(s, buffer_, -1), US_QUIC_E_INVALID);
  EXPECT_EQ(us_udp_socket_send(s, buffer_, 2), US_QUIC_E_INVALID) << "packet 1 was never set";
}

TEST_F(PlainSocketTest, ReportsWhyItCannotBeCreated) {
  Side side;
  us_udp_socket_t* first = create(side, "127.0.0.1");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(create(side, "127.0.0.1", static_cast<unsigned short>(us_udp_socket_bound_port(first))), nullptr);
  EXPECT_EQ(error_, US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_EQ(create(side, "203.0.113.7"), nullptr);
  EXPECT_EQ(error_, US_QUIC_E_ADDRESS);
  EXPECT_EQ(create(side, "not an address"), nullptr);
  EXPECT_EQ(error_, US_QUIC_E_RESOLVE);
  EXPECT_NE(create(side, "127.0.0.1"), nullptr);
  EXPECT_EQ(error_, US_QUIC_OK);
}

TEST_F(PlainSocketTest, ClosedInItsDataCallbackItIsNotCalledAgain) {
  Side server;
  server.closes_in_data = true;
  Side client;
  us_udp_socket_t* receiver = create(server, "127.0.0.1");
  us_udp_socket_t* sender = create(client, "127.0.0.1");
  const Address to = loopback(AF_INET, static_cast<std::uint16_t>(us_udp_socket_bound_port(receiver)));
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < US_UDP_MAX_PACKETS; ++i) ASSERT_EQ(set(i, "x", to), 0);
    ASSERT_EQ(us_udp_socket_send(sender, buffer_, US_UDP_MAX_PACKETS), US_UDP_MAX_PACKETS);
  }
  for (int i = 0; i < 10; ++i) us_loop_tick(loop_);
  EXPECT_EQ(server.calls, 1);
}

TEST_F(PlainSocketTest, CallsOnAClosedSocketSayClosedUntilItIsFreed) {
  Side side;
  us_udp_socket_t* s = create(side, "127.0.0.1");
  const int port = us_udp_socket_bound_port(s);
  us_udp_socket_close(s);
  us_udp_socket_close(s);
  EXPECT_EQ(us_udp_socket_send(s, buffer_, 0), US_QUIC_E_CLOSED);
  EXPECT_EQ(us_udp_socket_bound_port(s), port);
  EXPECT_EQ(us_udp_socket_user(s), &side);
  EXPECT_EQ(us_udp_socket_loop(s), loop_);
}

TEST_F(PlainSocketTest, ClosingTheLastSocketEndsTheLoop) {
  Side side;
  side.closes_in_data = true;
  us_udp_socket_t* s = create(side, "127.0.0.1");
  const Address self = loopback(AF_INET, static_cast<std::uint16_t>(us_udp_socket_bound_port(s)));
  ASSERT_EQ(set(0, "stop", self), 0);
  ASSERT_EQ(us_udp_socket_send(s, buffer_, 1), 1);
  us_loop_run(loop_);
  EXPECT_EQ(side.calls, 1);
}

TEST_F(PlainSocketTest, FreeingTheLoopFreesItsSockets) {
  Side side;
  ASSERT_NE(create(side, "127.0.0.1"), nullptr);
  ASSERT_NE(create(side, nullptr), nullptr);
  us_udp_socket_t* closed = create(side, "127.0.0.1");
  ASSERT_NE(closed, nullptr);
  us_udp_socket_close(closed);
}

}  // namespace
}  // namespace usquic::udp
