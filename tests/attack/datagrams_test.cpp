// Datagrams that are no packets, or nobody's: dropped and counted; and amplification.
#include <gtest/gtest.h>

#include "support/attack_figures.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Datagrams, OfEveryLengthAreDroppedAndCounted) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  const Address stranger = *Address::parse("203.0.113.5", 5);
  std::string bytes(65535, '\0');
  net.pair.random.source().fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  const std::string_view view = bytes;
  std::uint64_t delivered = 0;
  const std::uint64_t dropped = net.server_stats().datagrams_dropped;
  HeapMeter heap;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    // A short header, a long one of version 1, and a short one that names a connection.
    const bool is_for_connection = length > 30 && (length < 3000 || length % 61 == 0);
    bytes[0] = '\x41';
    net.deliver(net.pair.server, stranger, view.substr(0, length));
    bytes.replace(0, 6, std::string("\xc1\0\0\0\1\x08", 6));
    net.deliver(net.pair.server, stranger, view.substr(0, length));
    delivered += 2;
    if (is_for_connection) {
      bytes.replace(0, 1 + peer.dcid.size(), "\x42" + peer.dcid);
      net.deliver(net.pair.server, peer.address, view.substr(0, length));
    }
    if (length % 256 == 0) net.run(milliseconds(1));
  }
  net.run();
  print_figure("malformed_datagrams_survived", static_cast<double>(delivered), "datagrams");
  print_figure("memory_after_malformed_datagrams", static_cast<double>(heap.growth()), "bytes");
  // Every one that belongs to no connection counts. A stranger's Initial of unreadable bytes does not stay.
  EXPECT_GE(net.server_stats().datagrams_dropped - dropped, delivered / 2);
  EXPECT_EQ(net.server_stats().connections_open, 1u);
  EXPECT_LT(heap.growth(), 2 << 20);
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(Datagrams, CutAnywhereDoNoHarm) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer probe(net.client_options());
  std::string initial;
  probe.transmit = [&](std::string datagram) { initial = std::move(datagram); };
  probe.start();
  RawPeer& peer = net.join_client();
  const std::string packet = peer.make_packet(Level::application, frame::stream(0, 0, std::string(300, 'x')));
  for (std::size_t length = 0; length < initial.size(); ++length) {
    net.deliver(net.pair.server, *Address::parse("203.0.113.6", 6),
                std::string_view(initial).substr(0, length));
  }
  for (std::size_t length = 0; length < packet.size(); ++length) {
    net.deliver(net.pair.server, peer.address, std::string_view(packet).substr(0, length));
  }
  net.run();
  EXPECT_FALSE(peer.close());
  EXPECT_EQ(net.server_stats().connections_open, 1u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(CoalescedPackets, OfForeignConnectionsAreDropped) {
  RawNetwork net;
  net.start();
  RawPeer& victim = net.join_client();
  RawPeer& peer = net.join_client();
  PacketOptions foreign;
  foreign.dcid = victim.dcid;
  const std::size_t streams = net.pair.server.streams.size();
  for (int i = 0; i < 1000; ++i) {
    // Long headers may be followed by others; neither keys nor the ID fit.
    std::string datagram = peer.make_packet(Level::initial, frame::ping(), foreign);
    datagram += peer.make_packet(Level::handshake, frame::ping(), foreign);
    datagram += peer.make_packet(Level::application, frame::stream(0, 0, "x"), foreign);
    net.deliver(net.pair.server, peer.address, datagram);
  }
  net.run();
  EXPECT_EQ(net.pair.server.streams.size(), streams);
  EXPECT_FALSE(victim.close());
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
}

// A certificate that does not fit into three datagrams.
void use_large_certificate(EnginePair& pair) {
  LeafOptions leaf;
  leaf.dns_names = {"server.test"};
  for (int i = 0; i < 200; ++i)
    leaf.dns_names.push_back("name-" + std::to_string(i) + ".of-a-long-list.test");
  const Identity identity = pair.authority.issue(leaf);
  pair.server.tls_options.identity.certificate.text = identity.certificate;
  pair.server.tls_options.identity.key.text = identity.key;
}

TEST(Amplification, IsAtMostThreefoldForAnAddressThatWasNotValidated) {
  RawNetwork net;
  use_large_certificate(net.pair);
  net.start();
  RawPeer probe(net.client_options());
  std::size_t sent = 0;
  const Address victim = *Address::parse("203.0.113.7", 7);
  probe.transmit = [&](const std::string& datagram) {
    sent += datagram.size();
    net.deliver(net.pair.server, victim, datagram);
  };
  probe.start();
  // The server repeats itself until it gives up.
  net.run(seconds(30));
  const double factor = static_cast<double>(net.stray_bytes) / static_cast<double>(sent);
  print_figure("amplification_of_an_initial", factor, "x");
  EXPECT_GT(factor, 2.0);
  EXPECT_LE(factor, 3.0);
}

TEST(Amplification, IsAtMostThreefoldForANewPath) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  StreamRecord* s = net.pair.server.create_stream(*net.connection);
  s->write(std::string(500000, 'x'));
  // A packet of the peer seems to come from elsewhere: somebody on the path wrote another address on it.
  const std::string packet = peer.make_packet(Level::application, frame::ping());
  net.deliver(net.pair.server, *Address::parse("203.0.113.8", 8), packet);
  const Address before = net.connection->handle->path().remote;
  net.run(seconds(1));
  const double factor = static_cast<double>(net.stray_bytes) / static_cast<double>(packet.size());
  print_figure("amplification_of_a_migration", factor, "x");
  EXPECT_GT(net.stray_bytes, 0u);
  EXPECT_LE(factor, 3.0);
  EXPECT_EQ(net.connection->handle->path().remote, before);
  EXPECT_EQ(net.connection->closes, 0);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
