#include "engine/ngtcp2/acceptor.h"

#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"
#include "support/http3_message.h"
#include "transport/handshake_gate.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A client whose first flight has reached the server, and whose second is held back.
class HandshakeUnderWay : public ::testing::Test {
 protected:
  HandshakeUnderWay() {
    for (Side* side : {&pair.client, &pair.server}) side->tls_options.alpn = {"h3"};
    // A flight of two datagrams. Probes that repeat one full datagram would use up all that a server may send (RFC
    // 9000 section 8.1), and leave nothing for a refusal.
    const Identity identity =
        leaf_for(pair.authority.intermediate("one authority below another"), {"server.test"});
    pair.server.tls_options.identity.certificate.text = identity.certificate;
    pair.server.tls_options.identity.key.text = identity.key;
    pair.start();
    pair.filter = [this](Packet& p) {
      if (p.from != &pair.client || !holds_client || !pair.server.endpoint->has_handshakes(&pair.server)) {
        return true;
      }
      held.push_back(p);
      return false;
    };
    client = pair.client.connect(pair.server);
    pair.run(milliseconds(25));
    EXPECT_TRUE(pair.server.endpoint->has_handshakes(&pair.server));
    EXPECT_EQ(stats_of(pair.server).handshakes_open, 1u);
  }

  void release() {
    holds_client = false;
    for (Packet& p : held) {
      p.at = pair.now + pair.delay;
      pair.inject(std::move(p));
    }
    held.clear();
  }

  EnginePair pair;
  bool holds_client = true;
  std::vector<Packet> held;
  ConnectionRecord* client = nullptr;
};

TEST(NewClients, AreRefusedWithinARoundTripOnceTheyAreUnwanted) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ConnectionRecord* late = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(2 * pair.delay, [late] { return late->closes == 1; }));
  EXPECT_EQ(late->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(late->close.is_remote, 1);
  EXPECT_EQ(late->close.code, 0x2u);  // CONNECTION_REFUSED (RFC 9000 section 20.1)
  EXPECT_EQ(stats_of(pair.server).handshakes_open, 0u);
  EXPECT_EQ(pair.connection->closes, 0);  // who was there before stays
}

TEST(NewClients, AreRefusedWithoutARetryBeforeThat) {
  EnginePair pair;
  pair.server.config.address_validation = engine::AddressValidation::always;
  pair.start();
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ConnectionRecord* late = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(2 * pair.delay, [late] { return late->closes == 1; }));
  EXPECT_EQ(late->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(stats_of(pair.server).retries_sent, 0u);
}

TEST(NewClients, OfASocketThatNeverAcceptedHearNothing) {
  EnginePair pair;
  pair.start();
  pair.server.endpoint->set_accepting(&pair.server, false);
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ConnectionRecord* c = pair.client.connect(pair.server);
  pair.run(seconds(1));
  EXPECT_EQ(c->closes, 0);
}

TEST_F(HandshakeUnderWay, CompletesIsServedAndIsToldGoaway) {
  const StreamRecord* request = ask(pair.client, *client);
  pair.server.on_fin = [](StreamRecord& s) { answer(s, "served"); };
  pair.server.endpoint->refuse_new_clients(&pair.server);
  release();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return request->closes == 1; }));
  EXPECT_EQ(request->body, "served");
  EXPECT_EQ(client->goaways, 1);
  ASSERT_TRUE(pair.run(seconds(5), [&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.code, US_QUIC_H3_NO_ERROR);
  EXPECT_FALSE(pair.server.endpoint->has_handshakes(&pair.server));
}

TEST_F(HandshakeUnderWay, ThatDoesNotCompleteIsRefusedAfterThreeProbeTimeouts) {
  pair.server.endpoint->refuse_new_clients(&pair.server);
  ASSERT_TRUE(pair.run(seconds(4), [&] { return client->closes == 1; }));  // the timeout is 10 s
  EXPECT_EQ(client->close.error, US_QUIC_E_REFUSED);
  EXPECT_FALSE(pair.server.endpoint->has_handshakes(&pair.server));
  EXPECT_FALSE(pair.server.endpoint->has_unsent_close(&pair.server));
  EXPECT_EQ(stats_of(pair.server).handshakes_failed, 1u);
}

TEST_F(HandshakeUnderWay, IsRefusedAtOnceWhenTheSocketStopsAccepting) {
  pair.server.endpoint->set_accepting(&pair.server, false);
  EXPECT_TRUE(pair.server.endpoint->has_unsent_close(&pair.server));
  ASSERT_TRUE(pair.run(2 * pair.delay, [&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_REFUSED);
  EXPECT_EQ(client->close.is_remote, 1);
  EXPECT_FALSE(pair.server.endpoint->has_unsent_close(&pair.server));
}

TEST(Retry, WhenAlwaysAskedForLetsTheClientIn) {
  EnginePair pair;
  pair.server.config.address_validation = engine::AddressValidation::always;
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(stats_of(pair.server).retries_sent, 1u);
}

TEST(Retry, TokenOfAnotherAddressIsRefused) {
  EnginePair pair;
  pair.server.config.address_validation = engine::AddressValidation::always;
  const Address elsewhere = *Address::parse("198.51.100.9", 9);
  bool is_moved = false;
  const Address own = pair.client.address;
  pair.filter = [&](Packet& p) {
    // After the Retry the client seems to be somewhere else.
    if (p.from == &pair.client && is_moved) p.source = elsewhere;
    if (p.from == &pair.server) is_moved = true;
    if (p.destination == elsewhere) p.destination = own;
    return true;
  };
  EXPECT_FALSE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handshakes, 0);
  EXPECT_EQ(stats_of(pair.server).connections_open, 0u);
}

TEST(Retry, BoundsTheHalfOpenHandshakesUnderAFlood) {
  EnginePair pair;
  pair.start();
  // Clients that begin and never go on.
  pair.filter = [&](Packet& p) { return p.from == &pair.client; };
  for (std::size_t i = 0; i < transport::HandshakeGate::retry_above + 50; ++i)
    pair.client.connect(pair.server);
  pair.run(milliseconds(15));
  EXPECT_EQ(stats_of(pair.server).retries_sent, 50u);
  // When they are given up, all is as before.
  pair.run(seconds(20));
  EXPECT_EQ(stats_of(pair.server).handshakes_failed, transport::HandshakeGate::retry_above);
  pair.filter = nullptr;
  ConnectionRecord* c = pair.client.connect(pair.server);
  EXPECT_TRUE(pair.run(seconds(2), [c] { return c->handshakes == 1; }));
}

}  // namespace
}  // namespace usquic::test
