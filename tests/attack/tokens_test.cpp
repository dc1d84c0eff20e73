// Tokens and stateless resets in the wrong hands.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t invalid_token = 0x0b;

// A server that asks everybody for a proof of its address.
struct Validating {
  Validating() {
    net.pair.server.config.address_validation = engine::AddressValidation::always;
    net.start();
  }

  // A peer that got a Retry and did not answer it yet.
  RawPeer& retried() {
    RawPeer::Options options = net.client_options();
    options.follows_retry = false;
    RawPeer& peer = net.add_client(options);
    peer.start();
    net.run();
    EXPECT_TRUE(peer.retry_token());
    move_away(peer);
    return peer;
  }

  // The Initial of another peer with this token, sent to this ID, from this address.
  RawPeer& present(const std::string& token, const std::string& dcid, const Address& from) {
    RawPeer::Options options = net.client_options();
    options.token = token;
    options.first_dcid = dcid;
    options.follows_retry = false;
    RawPeer& peer = net.add_client(options);
    peer.address = from;
    peer.start();
    net.run();
    move_away(peer);
    return peer;
  }

  // Its address is free for another peer.
  void move_away(RawPeer& peer) { peer.address = *Address::parse("198.51.100.250", ++parked); }

  std::uint16_t parked = 0;

  RawNetwork net;
};

void expect_refused(RawPeer& peer) {
  ASSERT_TRUE(peer.close());
  EXPECT_EQ(peer.close()->code, invalid_token);
}

// The token is for the address and the connection ID that the Retry named.
std::string dcid_of_retry(RawNetwork& net) {
  return net.last_retry_scid;
}

TEST(RetryTokens, AreForOneAddressOneConnectionAndSomeSeconds) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  Validating server;
  const std::string token = *server.retried().retry_token();
  const std::string dcid = dcid_of_retry(server.net);
  const Address own = *Address::parse("198.51.100.1", 10000);
  const Address elsewhere = *Address::parse("198.51.100.77", 10000);
  expect_refused(server.present(token, dcid, elsewhere));
  expect_refused(server.present(token, "other-id", own));
  std::string forged = token;
  forged[forged.size() / 2] = static_cast<char>(forged[forged.size() / 2] ^ 1);
  expect_refused(server.present(forged, dcid, own));
  expect_refused(server.present(token.substr(0, token.size() - 1), dcid, own));
  server.net.run(seconds(11));
  expect_refused(server.present(token, dcid, own));
  EXPECT_EQ(server.net.server_stats().connections_accepted, 0u);
  print_figure("retry_token_misuses_refused", 5, "of_5");
}

TEST(RetryTokens, PresentedAgainMakeNoSecondConnection) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  Validating server;
  RawPeer& peer = server.net.join_client();
  ASSERT_TRUE(peer.retry_token());
  const std::uint64_t accepted = server.net.server_stats().connections_accepted;
  // The same ID belongs to the connection that it made.
  const Address own = peer.address;
  server.move_away(peer);
  RawPeer& again = server.present(*peer.retry_token(), dcid_of_retry(server.net), own);
  EXPECT_FALSE(again.is_ready());
  EXPECT_EQ(server.net.server_stats().connections_accepted, accepted);
}

TEST(NewTokens, OfAnotherAddressOrForgedOrExpiredProveNothing) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  Validating server;
  RawPeer& peer = server.net.join_client();
  ASSERT_NE(peer.last(frame::type_new_token), nullptr);
  const std::string token = peer.last(frame::type_new_token)->data;
  const Address own = peer.address;
  server.move_away(peer);
  const auto retries = [&] { return server.net.server_stats().retries_sent; };
  std::uint64_t before = retries();
  server.present(token, "dcid-aaa", *Address::parse("198.51.100.78", 10000));
  EXPECT_EQ(retries(), before + 1);
  std::string forged = token;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  server.present(forged, "dcid-bbb", own);
  EXPECT_EQ(retries(), before + 2);
  server.present(std::string(500, '\x36'), "dcid-ccc", own);
  EXPECT_EQ(retries(), before + 3);
  // It is good for its own address, until it expires.
  EXPECT_TRUE(server.present(token, "dcid-ddd", own).is_ready());
  EXPECT_EQ(retries(), before + 3);
  server.net.run(hours(25));
  server.present(token, "dcid-eee", *Address::parse("198.51.100.1", 10000));
  EXPECT_EQ(retries(), before + 4);
  print_figure("new_token_misuses_refused", 4, "of_4");
}

// Over a reboot, or on another machine with the same secret, the monotonic clock is another.
TEST(NewTokens, LiveByTheTimeOfDay) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  Validating server;
  RawPeer& peer = server.net.join_client();
  ASSERT_NE(peer.last(frame::type_new_token), nullptr);
  const std::string token = peer.last(frame::type_new_token)->data;
  const Address own = peer.address;
  server.move_away(peer);
  const std::uint64_t before = server.net.server_stats().retries_sent;
  // The machine was off for long: its own clock did not run.
  server.net.pair.wall_offset += hours(25);
  server.present(token, "dcid-aaa", own);
  EXPECT_EQ(server.net.server_stats().retries_sent, before + 1);
  // A machine that has been up for longer.
  server.net.run(hours(30));
  server.net.pair.wall_offset -= hours(25 + 29);
  EXPECT_TRUE(server.present(token, "dcid-bbb", own).is_ready());
  EXPECT_EQ(server.net.server_stats().retries_sent, before + 1);
  // A machine whose clock is behind, by more than clocks are.
  server.net.pair.wall_offset -= hours(2);
  server.present(token, "dcid-ccc", *Address::parse("198.51.100.1", 10000));
  EXPECT_EQ(server.net.server_stats().retries_sent, before + 2);
}

TEST(StatelessResets, WithoutTheTokenEndNothing) {
  RawNetwork net;
  net.pair.client.forgets = true;
  net.start();
  RawPeer::Options options = net.server_options();
  const std::string token = "sixteen byte key";
  options.edit_parameters = [&](TransportParameters& p) {
    p.add(parameter_stateless_reset_token, std::string_view(token));
  };
  RawPeer& peer = net.join_server(options);
  SeededRandom random(3);
  constexpr int tries = 100000;
  std::string datagram(60, '\0');
  for (int i = 0; i < tries; ++i) {
    random.source().fill({reinterpret_cast<std::uint8_t*>(datagram.data()), datagram.size()});
    datagram[0] = static_cast<char>((datagram[0] & 0x3f) | 0x40);
    // Almost right is wrong as well.
    if (i % 16 != 15) {
      std::string near = token;
      near[static_cast<std::size_t>(i % 16)] = static_cast<char>(near[static_cast<std::size_t>(i % 16)] ^ 1);
      datagram.replace(datagram.size() - 16, 16, near);
    }
    net.deliver(net.pair.client, peer.address, datagram);
    if (i % 1000 == 0) net.run(milliseconds(1));
  }
  EXPECT_EQ(net.connection->closes, 0);
  print_figure("stateless_reset_guesses_survived", tries, "datagrams");
  datagram.replace(datagram.size() - 16, 16, token);
  net.deliver(net.pair.client, peer.address, datagram);
  net.run();
  EXPECT_EQ(net.connection->closes, 1);
  EXPECT_EQ(net.connection->close.error, US_QUIC_E_STATELESS_RESET);
}

// Two endpoints that both lost their connections, and a datagram between them.
TEST(StatelessResets, BetweenTwoServersComeToAnEnd) {
  if (!built_in_capabilities().stateless_resets) GTEST_SKIP() << "this engine knows no stateless resets";
  EnginePair pair;
  pair.client.tls_options.identity = pair.server.tls_options.identity;
  pair.start();
  pair.client.endpoint->set_accepting(&pair.client, true);
  std::size_t resets = 0;
  std::size_t last = 1201;
  bool is_shrinking = true;
  pair.filter = [&](Packet& p) {
    ++resets;
    is_shrinking = is_shrinking && p.bytes.size() < last;
    last = p.bytes.size();
    return true;
  };
  pair.inject({pair.now, nullptr, pair.client.address, pair.server.address,
               std::vector<std::uint8_t>(1200, 0x41), 0});
  pair.run(seconds(60));
  print_figure("stateless_resets_in_a_loop", static_cast<double>(resets), "datagrams");
  EXPECT_GT(resets, 0u);
  EXPECT_LE(resets, 30u);
  EXPECT_TRUE(is_shrinking);
}

TEST(StatelessResets, AreLimitedInRate) {
  if (!built_in_capabilities().stateless_resets) GTEST_SKIP() << "this engine knows no stateless resets";
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  constexpr int second_count = 5, per_second = 2000;
  const std::string datagram(100, '\x41');
  for (int s = 0; s < second_count; ++s) {
    for (int i = 0; i < per_second; ++i) {
      net.deliver(net.pair.server, *Address::parse("203.0.113.9", 9), datagram);
    }
    net.run(seconds(1));
  }
  const double rate = static_cast<double>(net.stray_datagrams) / second_count;
  print_figure("stateless_resets_sent_under_flood", rate, "per_second");
  EXPECT_GT(net.stray_datagrams, 0u);
  EXPECT_LE(rate, 120);
}

}  // namespace
}  // namespace usquic::test
