// Floods of Initials from addresses that nobody has: what they cost, and who still gets in.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_network.h"
#include "transport/handshake_gate.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint64_t half_open(const RawNetwork& net, std::uint64_t begun) {
  const us_quic_context_stats_t stats = net.server_stats();
  return begun - stats.retries_sent - stats.connections_accepted - stats.handshakes_failed;
}

Address spoofed(std::uint32_t n) {
  return *Address::parse("198.18." + std::to_string(n >> 8 & 0xff) + "." + std::to_string(n & 0xff),
                         static_cast<std::uint16_t>(1024 + (n >> 16)));
}

// Initials with a whole ClientHello, each for a connection of its own.
class Initials {
 public:
  explicit Initials(RawNetwork& net) : net_(net) {
    RawPeer peer(net.client_options());
    peer.transmit = [](const std::string&) {};
    peer.start();
    hello_ = peer.client_hello();
  }

  std::string next() {
    RawPeer::Options options = net_.client_options();
    options.first_dcid = "flood" + wire_integer(count_++, 4);
    RawPeer peer(options);
    return peer.make_packet(Level::initial, frame::crypto(0, hello_));
  }

 private:
  RawNetwork& net_;
  std::string hello_;
  std::uint64_t count_ = 0;
};

TEST(SpoofedInitials, CostNoMemoryOnceRetryIsOn) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  RawNetwork net;
  net.pair.server.config.address_validation = engine::AddressValidation::always;
  net.pair.server.forgets = true;
  net.start();
  Initials initials(net);
  std::string packet = initials.next();
  constexpr std::uint32_t warm_up = 2000, flood = 100000;
  HeapMeter heap;
  for (std::uint32_t i = 0; i < warm_up + flood; ++i) {
    if (i == warm_up) heap = HeapMeter();
    // Another connection: nothing of the packet is opened before the Retry.
    packet.replace(6, 4, wire_integer(i, 4));
    net.deliver(net.pair.server, spoofed(i), packet);
    if (i % 64 == 0) net.run(milliseconds(1));
  }
  net.run();
  const double bytes = static_cast<double>(std::max<std::int64_t>(0, heap.growth())) / flood;
  print_figure("memory_per_spoofed_initial_with_retry", bytes, "bytes");
  EXPECT_LT(bytes, 0.1);
  EXPECT_EQ(net.server_stats().retries_sent, warm_up + flood);
  EXPECT_EQ(net.server_stats().handshakes_failed, 0u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(SpoofedInitials, HoldABoundedNumberOfPlacesAndHonestClientsGetIn) {
  if (!built_in_capabilities().address_validation) GTEST_SKIP() << "this engine sends no Retry";
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  Initials initials(net);
  constexpr int rounds = 60, flood_per_round = 50, honest = 60;
  std::vector<ConnectionRecord*> clients;
  HeapMeter heap;
  std::uint64_t begun = 0;
  std::uint64_t most_half_open = 0;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < flood_per_round; ++i) {
      net.deliver(net.pair.server, spoofed(static_cast<std::uint32_t>(begun)), initials.next());
      ++begun;
    }
    clients.push_back(net.pair.client.connect(net.pair.server));
    net.run(milliseconds(20));
    heap.sample();
    most_half_open = std::max(most_half_open, half_open(net, begun));
  }
  const std::int64_t peak = heap.peak();
  net.run(seconds(3));
  const auto joined =
      std::count_if(clients.begin(), clients.end(), [](auto* c) { return c->handshakes == 1; });
  print_figure("honest_handshakes_during_flood", 100.0 * static_cast<double>(joined) / honest, "%");
  print_figure("half_open_handshakes_during_flood", static_cast<double>(most_half_open), "handshakes");
  EXPECT_GE(joined * 100, honest * 95);
  // Honest ones under way are among them.
  EXPECT_LE(most_half_open, transport::HandshakeGate::retry_above + honest);
  if (can_count_memory) {
    const double each = static_cast<double>(peak) / static_cast<double>(most_half_open);
    print_figure("memory_per_half_open_handshake", each, "bytes");
    EXPECT_LT(each, 128 * 1024);
  }
  // Afterwards all is as before.
  net.run(seconds(20));
  EXPECT_GE(net.server_stats().handshakes_failed, transport::HandshakeGate::retry_above - honest);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(OneSender, HoldsABoundedNumberOfPlaces) {
  RawNetwork net;
  net.pair.server.config.max_handshakes_per_address = 10;
  net.start();
  Initials initials(net);
  const Address sender = *Address::parse("198.18.0.1", 7);
  std::uint64_t begun = 0;
  for (; begun < 100; ++begun) net.deliver(net.pair.server, sender, initials.next());
  net.run(milliseconds(10));
  const us_quic_context_stats_t stats = net.server_stats();
  if (!built_in_capabilities().address_validation) {
    EXPECT_EQ(stats.handshakes_open, 10u);
    EXPECT_EQ(stats.datagrams_dropped, 90u);
    EXPECT_TRUE(net.neighbours_talk());
    return;
  }
  // Half of its places without a proof of its address; all others are asked for one.
  EXPECT_EQ(half_open(net, begun), 5u);
  EXPECT_EQ(stats.retries_sent, 95u);
  print_figure("half_open_handshakes_of_one_sender", 5, "handshakes_of_10");
  // Clients there that answer the Retry take the rest.
  std::vector<RawPeer*> peers;
  for (int i = 0; i < 20; ++i) {
    RawPeer::Options options = net.client_options();
    options.edit_message = [](Level level, std::string& message) {
      if (level == Level::handshake) message.clear();
    };
    RawPeer& peer = net.add_client(options);
    peer.address = *Address::parse("198.18.0.1", static_cast<std::uint16_t>(100 + i));
    peer.start();
  }
  net.run(milliseconds(200));
  EXPECT_EQ(net.server_stats().retries_sent, 115u);
  EXPECT_GE(net.server_stats().datagrams_dropped, 15u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(AllSenders, HoldABoundedNumberOfPlaces) {
  RawNetwork net;
  net.pair.server.config.max_handshakes = 50;
  net.pair.server.config.address_validation = engine::AddressValidation::never;
  net.start();
  Initials initials(net);
  for (std::uint32_t i = 0; i < 200; ++i) net.deliver(net.pair.server, spoofed(i), initials.next());
  EXPECT_EQ(net.server_stats().datagrams_dropped, 150u);
  net.run(seconds(20));
  EXPECT_EQ(net.server_stats().handshakes_failed, 50u);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
