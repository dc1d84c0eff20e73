// RFC 9368: a client whose first version the server does not speak.
#include <algorithm>
#include <vector>

#include "checks.h"

namespace usquic::test {
namespace {

std::uint32_t version_of(const Packet& p) {
  const bool is_long = (p.bytes[0] & 0x80) != 0;
  return is_long ? static_cast<std::uint32_t>(WireReader(as_text(p.bytes).substr(1)).integer(4)) : 0;
}

// Turns an Initial into the answer of a server that speaks only this version (RFC 9000 section 17.2.1).
void negotiate(Packet& p, std::uint32_t version) {
  WireReader in(as_text(p.bytes).substr(5));
  const std::string dcid(in.take(in.integer(1)));
  const std::string scid(in.take(in.integer(1)));
  const std::string answer = "\x80" + wire_integer(0, 4) + wire_integer(scid.size(), 1) + scid +
                             wire_integer(dcid.size(), 1) + dcid + wire_integer(version, 4);
  p.bytes.assign(answer.begin(), answer.end());
  std::swap(p.source, p.destination);
}

// The client's packets of `refused` are answered so; others pass.
void refuse(RawNetwork& net, std::uint32_t refused, std::uint32_t offered) {
  net.pair.filter = [&net, refused, offered, pass = net.pair.filter](Packet& p) {
    if (p.from != &net.pair.client || version_of(p) != refused) return pass(p);
    negotiate(p, offered);
    return true;
  };
}

std::string version_information(std::uint32_t version) {
  return wire_integer(version, 4) + wire_integer(version, 4);
}

RawPeer& add_server_of_version_2(RawNetwork& net, bool says_so) {
  RawPeer::Options options = net.server_options();
  options.version = quic_version_2;
  options.edit_parameters = [says_so](TransportParameters& p) {
    const std::string own = version_information(quic_version_2);
    if (says_so) p.add(parameter_version_information, std::string_view(own));
  };
  return net.add_server(options);
}

TEST(Rfc9368Section2_1, AServerThatSpeaksAnotherVersionAloneIsReached) {
  RawNetwork net;
  net.start();
  refuse(net, quic_version_1, quic_version_2);
  RawPeer& peer = add_server_of_version_2(net, true);
  ASSERT_TRUE(net.join(peer));
  EXPECT_EQ(net.connection->handshakes, 1);
  expect_open(net, peer);
}

TEST(Rfc9368Section2_1, StreamsOfTheFirstAttemptAreOpenedInTheSecond) {
  RawNetwork net;
  net.start();
  refuse(net, quic_version_1, quic_version_2);
  RawPeer& peer = add_server_of_version_2(net, true);
  ConnectionRecord* c = net.pair.client.connect(peer.address);
  StreamRecord* s = net.pair.client.create_stream(*c);
  s->write("early");
  s->handle->finish();
  ASSERT_TRUE(net.run(std::chrono::seconds(5), [&] { return peer.stream(0).fin; }));
  EXPECT_EQ(peer.stream(0).data, "early");
  EXPECT_EQ(c->handshakes, 1);
}

TEST(Rfc9368Section4, AnOfferThatTheServerNeverMadeEndsTheConnection) {
  RawNetwork net;
  net.start();
  refuse(net, quic_version_1, quic_version_2);
  ConnectionRecord* c = net.pair.client.connect(net.pair.server);
  ASSERT_TRUE(net.run(std::chrono::seconds(5), [&] { return c->closes == 1; }));
  EXPECT_EQ(c->handshakes, 0);
  EXPECT_EQ(c->close.error, US_QUIC_E_VERSION);
}

TEST(Rfc9368Section4, AServerThatDoesNotConfirmItsOfferIsLeft) {
  RawNetwork net;
  net.start();
  refuse(net, quic_version_1, quic_version_2);
  RawPeer& peer = add_server_of_version_2(net, false);
  EXPECT_FALSE(net.join(peer));
  EXPECT_EQ(net.connection->handshakes, 0);
  EXPECT_EQ(net.connection->close.error, US_QUIC_E_VERSION);
}

// Version Negotiation is for who has processed none yet.
TEST(Rfc9000Section6_2, TheVersionIsChangedOnce) {
  RawNetwork net;
  net.start();
  refuse(net, quic_version_1, quic_version_2);
  refuse(net, quic_version_2, quic_version_1);
  std::vector<std::uint32_t> versions;
  net.pair.filter = [&versions, &net, pass = net.pair.filter](Packet& p) {
    if (p.from == &net.pair.client) versions.push_back(version_of(p));
    return pass(p);
  };
  ConnectionRecord* c = net.pair.client.connect(net.pair.server);
  ASSERT_TRUE(net.run(std::chrono::seconds(60), [&] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  ASSERT_GT(versions.size(), 2U);
  EXPECT_EQ(std::ranges::count(versions, quic_version_1), 1);
  EXPECT_EQ(versions.front(), quic_version_1);
}

}  // namespace
}  // namespace usquic::test
