// A 1 MiB transfer each way survives each kind of bad network, byte-exact, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "support/attack_figures.h"
#include "support/transfer_node.h"

namespace usquic::test {
namespace {

using namespace std::chrono_literals;

const SimIdentity& identity() {
  static const SimIdentity shared = SimIdentity::make();
  return shared;
}

struct Case {
  const char* name;
  LinkConditions conditions;
  Duration limit;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class Transfer : public testing::TestWithParam<std::tuple<Case, std::uint64_t>> {};

TEST_P(Transfer, OneMebibyteEachWayArrivesExact) {
  const auto& [c, seed] = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SimNetwork network(seed);
  TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433), {.is_server = true});
  TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000), {});
  network.set_conditions(c.conditions);
  client.start(server.address());

  const TimePoint began = network.now();
  EXPECT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, c.limit))
      << "client got " << client.received() << ", server got " << server.received();
  print_figure(c.name, std::chrono::duration<double>(network.now() - began).count(), "s");
  EXPECT_EQ(client.received(), 1U << 20);
  EXPECT_EQ(server.received(), 1U << 20);
  EXPECT_TRUE(client.content_is_right());
  EXPECT_TRUE(server.content_is_right());
}

const Case cases[] = {
    {"Clean", {}, 10s},
    {"LongDelay", {.delay = 750ms}, 60s},
    {"Loss2Percent", {.loss = 0.02}, 60s},
    {"Loss10Percent", {.loss = 0.10}, 120s},
    {"Duplication5Percent", {.duplication = 0.05}, 20s},
    {"Reordering5Percent", {.reordering = 0.05}, 20s},
    {"Jitter", {.jitter = 5ms}, 20s},
    {"Corruption2Percent", {.corruption = 0.02}, 60s},
    {"Mtu1280", {.mtu = 1252}, 20s},
    {"Mtu1200", {.mtu = 1200}, 20s},
    {"Blackhole", {.blackhole_on = 2s, .blackhole_off = 5s, .bandwidth = 100'000}, 120s},
    {"SlowLink", {.bandwidth = 125'000, .queue_bytes = 32 * 1024}, 60s},
};

INSTANTIATE_TEST_SUITE_P(Networks, Transfer,
                         testing::Combine(testing::ValuesIn(cases), testing::Values(1U, 2U, 3U)),
                         [](const auto& parameters) {
                           return std::string(std::get<0>(parameters.param).name) + "Seed" +
                                  std::to_string(std::get<1>(parameters.param));
                         });

// A link on the way changes: what the path carried before, it swallows now.
TEST(BlackHole, ForLargePacketsInMidTransferKeepsTheConnection) {
  SimNetwork network(6);
  TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433), {.is_server = true});
  TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000), {});
  network.set_conditions({.bandwidth = 1'000'000});
  client.start(server.address());
  ASSERT_TRUE(network.run_until([&] { return server.received() > 200'000; }, 20s));
  const TimePoint began = network.now();
  network.set_conditions({.mtu = 1252, .bandwidth = 1'000'000});

  EXPECT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 30s))
      << "client got " << client.received() << ", server got " << server.received();
  EXPECT_TRUE(client.content_is_right() && server.content_is_right());
  print_figure("an MTU that shrinks to 1280", std::chrono::duration<double>(network.now() - began).count(),
               "s");
}

TEST(Rebinding, PortChangeInMidTransferKeepsTheConnection) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SimNetwork network(seed);
    TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433), {.is_server = true});
    TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000), {});
    network.set_conditions({.bandwidth = 1'000'000});
    client.start(server.address());
    ASSERT_TRUE(network.run_until([&] { return server.received() > 200'000; }, 20s));
    const Address outside = *Address::parse("198.51.100.7", 61234);
    network.rebind(client.address(), outside);

    ASSERT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 30s))
        << "client got " << client.received() << ", server got " << server.received();
    EXPECT_TRUE(client.content_is_right() && server.content_is_right());
    ASSERT_NE(server.connection(), nullptr);
    EXPECT_EQ(server.connection()->path().remote, outside);
  }
}

TEST(Rebinding, AddressChangeInMidTransferKeepsTheConnection) {
  SimNetwork network(4);
  TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433), {.is_server = true});
  TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000), {});
  network.set_conditions({.bandwidth = 1'000'000});
  client.start(server.address());
  ASSERT_TRUE(network.run_until([&] { return server.received() > 200'000; }, 20s));
  network.rebind(client.address(), *Address::parse("203.0.113.9", 50000));

  ASSERT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 30s));
  EXPECT_TRUE(client.content_is_right() && server.content_is_right());
}

// A packet for each byte that the client sends.
TEST(Trickle, OfOneByteAPacketArrivesExact) {
  constexpr std::uint64_t bytes = 3000;
  SimNetwork network(5);
  TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433),
                      {.body_bytes = bytes, .is_server = true});
  TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000),
                      {.body_bytes = bytes, .max_bytes_per_write = 1});
  client.start(server.address());
  ASSERT_TRUE(network.run_until([&] { return server.received() > 0; }, 5s));
  const std::size_t before = network.trace().size();
  const TimePoint began = network.now();
  for (std::uint64_t sent = 1; sent < bytes; ++sent) {
    client.send_more();
    network.run_for(1ms);
  }
  EXPECT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 5s));
  EXPECT_EQ(server.received(), bytes);
  EXPECT_TRUE(client.content_is_right() && server.content_is_right());
  EXPECT_GT(network.trace().size() - before, bytes - 100);
  print_figure("one byte a packet", std::chrono::duration<double>(network.now() - began).count(), "s");
}

struct Longest {
  Duration time{};
  void extend(Duration other) { time = std::max(time, other); }
  double seconds() const { return std::chrono::duration<double>(time).count(); }
};

TEST(Handshake, SurvivesThirtyPercentLossAndThirtyPercentCorruption) {
  Longest longest_with_loss, longest_with_corruption;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const LinkConditions& bad : {LinkConditions{.loss = 0.3}, LinkConditions{.corruption = 0.3}}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (bad.loss > 0 ? " loss" : " corruption"));
      SimNetwork network(seed);
      TransferNode server(network, identity(), *Address::parse("192.0.2.1", 4433),
                          {.body_bytes = 100, .is_server = true, .handshake_timeout = 120s});
      TransferNode client(network, identity(), *Address::parse("198.51.100.7", 50000),
                          {.body_bytes = 100, .handshake_timeout = 120s});
      network.set_conditions(bad);
      client.start(server.address());
      const TimePoint began = network.now();
      EXPECT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 120s));
      (bad.loss > 0 ? longest_with_loss : longest_with_corruption).extend(network.now() - began);
    }
  }
  print_figure("longest of 10 handshakes with 30 % loss", longest_with_loss.seconds(), "s");
  print_figure("longest of 10 handshakes with 30 % corruption", longest_with_corruption.seconds(), "s");
}

}  // namespace
}  // namespace usquic::test
