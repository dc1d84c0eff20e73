#include "tls/quic_handshake.h"

#include <gtest/gtest.h>

#include "handshake.h"

namespace usquic::tls::test {
namespace {

class HandshakeOverQuic : public testing::Test {
 protected:
  HandshakeOverQuic()
      : server_(make_context(server_options(leaf_for(authority_, {"a.example"})))),
        client_(make_context(client_options(authority_))),
        handshake_(*client_, *server_, "a.example") {}

  // "level direction" of each secret, as they came.
  static std::vector<std::string> order_of(const Peer& peer) {
    std::vector<std::string> order;
    for (const Peer::Secret& secret : peer.secrets) {
      const char* level = secret.level == EncryptionLevel::handshake ? "handshake" : "application";
      order.push_back(std::string(level) + (secret.direction == Direction::receive ? " receive" : " send"));
    }
    return order;
  }

  static std::string secret_of(const Peer& peer, EncryptionLevel level, Direction direction) {
    for (const Peer::Secret& secret : peer.secrets) {
      if (secret.level == level && secret.direction == direction) return secret.bytes;
    }
    return {};
  }

  Authority authority_;
  std::unique_ptr<Context> server_;
  std::unique_ptr<Context> client_;
  Handshake handshake_;
};

TEST_F(HandshakeOverQuic, ExchangesTransportParameters) {
  handshake_.client.own_parameters = "of the client";
  handshake_.server.own_parameters = std::string(256, 's');
  ASSERT_TRUE(handshake_.run().succeeded());
  EXPECT_EQ(handshake_.server.peer_parameters, "of the client");
  EXPECT_EQ(handshake_.client.peer_parameters, std::string(256, 's'));
}

TEST_F(HandshakeOverQuic, TheServerHearsTheClientsParametersFirstUnderEveryName) {
  EXPECT_FALSE(handshake_.client.had_heard_when_asked);
  ASSERT_TRUE(handshake_.run().succeeded());
  EXPECT_TRUE(handshake_.server.had_heard_when_asked);
  ASSERT_TRUE(server_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))));
  Handshake of_b(*client_, *server_, "b.example");
  ASSERT_TRUE(of_b.run().succeeded());
  EXPECT_TRUE(of_b.server.had_heard_when_asked);
}

TEST_F(HandshakeOverQuic, FailsWhereTransportParametersAreRefused) {
  handshake_.server.takes_parameters = false;
  handshake_.client.advance();
  handshake_.server.receive_from(handshake_.client);
  EXPECT_TRUE(handshake_.server.has_failed);
  EXPECT_TRUE(handshake_.server.alert.has_value());
  EXPECT_TRUE(handshake_.server.sent.empty());
}

TEST_F(HandshakeOverQuic, GivesBothSidesTheSameSecrets) {
  ASSERT_TRUE(handshake_.run().succeeded());
  const std::vector<std::string> all{"application receive", "application send", "handshake receive",
                                     "handshake send"};
  for (const Peer* peer : {&handshake_.client, &handshake_.server}) {
    std::vector<std::string> order = order_of(*peer);
    std::ranges::sort(order);
    EXPECT_EQ(order, all);
    for (const Peer::Secret& secret : peer->secrets) {
      EXPECT_EQ(secret.suite, (crypto::CipherSuite{crypto::Aead::aes_128_gcm, crypto::Hash::sha256}));
      EXPECT_EQ(secret.bytes.size(), crypto::hash_bytes(secret.suite.hash));
    }
  }
  for (const EncryptionLevel level : {EncryptionLevel::handshake, EncryptionLevel::application}) {
    EXPECT_EQ(secret_of(handshake_.client, level, Direction::send),
              secret_of(handshake_.server, level, Direction::receive));
    EXPECT_EQ(secret_of(handshake_.server, level, Direction::send),
              secret_of(handshake_.client, level, Direction::receive));
  }
}

TEST_F(HandshakeOverQuic, NamesTheCipherSuiteThatWasAgreedOn) {
  struct Case {
    CipherSuiteId id;
    crypto::CipherSuite suite;
  };
  const Case cases[] = {
      {CipherSuiteId::aes_256_gcm_sha384, {crypto::Aead::aes_256_gcm, crypto::Hash::sha384}},
      {CipherSuiteId::chacha20_poly1305_sha256, {crypto::Aead::chacha20_poly1305, crypto::Hash::sha256}}};
  for (const Case& c : cases) {
    if (!can_stand_alone(c.id)) continue;
    Options options = client_options(authority_);
    options.cipher_suites = {c.id};
    const std::unique_ptr<Context> client = make_context(options);
    Handshake handshake(*client, *server_, "a.example");
    ASSERT_TRUE(handshake.run().succeeded()) << name_of(c.id);
    ASSERT_FALSE(handshake.server.secrets.empty());
    EXPECT_EQ(handshake.server.secrets.front().suite, c.suite);
    EXPECT_EQ(handshake.client.secrets.front().suite, c.suite);
  }
}

TEST_F(HandshakeOverQuic, TakesCryptoDataInPiecesOfAnySize) {
  handshake_.client.advance();
  QuicHandshake& server = handshake_.server.session->handshake();
  for (const char& byte : handshake_.client.sent.front()) {
    ASSERT_TRUE(handshake_.server.sent.empty());
    ASSERT_TRUE(server.receive(EncryptionLevel::initial, as_bytes(&byte, 1)));
  }
  EXPECT_FALSE(handshake_.server.sent.empty());
  EXPECT_FALSE(server.is_complete());
}

TEST_F(HandshakeOverQuic, TellsTheAlertThatItFailsWith) {
  handshake_.client.advance();
  const std::string unexpected("\x14\x00\x00\x01x", 5);  // Finished, before a ClientHello
  EXPECT_FALSE(
      handshake_.server.session->handshake().receive(EncryptionLevel::initial, as_bytes(unexpected)));
  EXPECT_EQ(handshake_.server.alert, Alert{10});  // unexpected_message
}

TEST_F(HandshakeOverQuic, RefusesAForgedFinished) {
  handshake_.client.advance();
  handshake_.server.receive_from(handshake_.client);
  handshake_.client.receive_from(handshake_.server);
  std::optional<Peer::Message> finished = handshake_.client.take_message();
  ASSERT_TRUE(finished.has_value());
  finished->bytes.back() = static_cast<char>(finished->bytes.back() ^ 1);
  handshake_.server.receive(*finished);
  EXPECT_TRUE(handshake_.server.has_failed);
  EXPECT_EQ(handshake_.server.alert, Alert{51});  // decrypt_error
}

TEST_F(HandshakeOverQuic, RefusesAMessageThatItCannotRead) {
  handshake_.client.advance();
  std::string hello = handshake_.client.sent.front();
  hello.resize(60);
  hello[2] = 0;
  hello[3] = 56;
  EXPECT_FALSE(handshake_.server.session->handshake().receive(EncryptionLevel::initial, as_bytes(hello)));
  EXPECT_EQ(handshake_.server.alert, Alert{50});  // decode_error
}

}  // namespace
}  // namespace usquic::tls::test
