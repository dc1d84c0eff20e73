#include "tls/boringssl/driven_handshakes.h"

#include <gtest/gtest.h>

#include "driven_peer.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

using boringssl::DrivenHandshakes;
using boringssl::EarlyData;
using boringssl::Outcome;

class Driven : public testing::Test {
 protected:
  Driven()
      : server_options_(server_options(leaf_for(authority_, {"a.example"}))),
        client_options_(client_options(authority_)) {
    make();
  }

  void make(EarlyData of_server = EarlyData::refused, EarlyData of_client = EarlyData::refused) {
    client_.reset();
    server_.reset();
    server_context_ = make_context(server_options_);
    client_context_ = make_context(client_options_);
    server_ = *DrivenHandshakes::create(*server_context_, server_driver_, {"h3"}, of_server);
    client_ = *DrivenHandshakes::create(*client_context_, client_driver_, {}, of_client);
  }

  bool connect(const std::string& name, SSL_SESSION* session = nullptr) {
    client_driver_.peer.server_name = name;
    DrivenPeer client(*client_->client());
    DrivenPeer server(*server_->server());
    client.connect(name.c_str(), session);
    server.accept();
    return run(client, server);
  }

  // Obfuscated, in milliseconds: what follows the ticket in a ClientHello (RFC 8446 section 4.2.11).
  std::uint32_t age_offered_with(SSL_SESSION* session) {
    DrivenPeer client(*client_->client());
    client.connect("a.example", session);
    client.go_on();
    const std::uint8_t* ticket = nullptr;
    std::size_t length = 0;
    SSL_SESSION_get0_ticket(session, &ticket, &length);
    const std::string& hello = client.sent.front().second;
    const std::size_t at =
        hello.find(std::string_view(reinterpret_cast<const char*>(ticket), length)) + length;
    std::uint32_t age = 0;
    for (const char c : hello.substr(at, 4)) age = age << 8 | static_cast<std::uint8_t>(c);
    return age;
  }

  const Outcome& of_client() const { return client_driver_.outcomes.back(); }
  const Outcome& of_server() const { return server_driver_.outcomes.back(); }

  const Authority authority_;
  Options server_options_;
  Options client_options_;
  std::unique_ptr<Context> server_context_;
  std::unique_ptr<Context> client_context_;
  NotedDriver server_driver_;
  NotedDriver client_driver_;
  std::unique_ptr<DrivenHandshakes> server_;
  std::unique_ptr<DrivenHandshakes> client_;
};

TEST_F(Driven, BothSidesHearWhatWasAgreedOn) {
  ASSERT_TRUE(connect("a.example"));
  ASSERT_EQ(server_driver_.outcomes.size(), 1U);
  ASSERT_EQ(client_driver_.outcomes.size(), 1U);
  for (const Outcome* outcome : {&of_client(), &of_server()}) {
    EXPECT_EQ(outcome->alpn, "h3");
    EXPECT_EQ(outcome->exporter_secret.size(), 32U);
    EXPECT_EQ(outcome->parameters.cipher_suite, CipherSuiteId::aes_128_gcm_sha256);
    EXPECT_EQ(outcome->parameters.group, Group::x25519mlkem768);
    EXPECT_EQ(outcome->parameters.signature_scheme, SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_FALSE(outcome->is_resumed);
  }
  EXPECT_EQ(of_client().exporter_secret, of_server().exporter_secret);
  EXPECT_EQ(of_server().server_name, "a.example");
  EXPECT_TRUE(of_client().is_authorized);
  EXPECT_FALSE(of_server().is_authorized);
  EXPECT_FALSE(of_client().peer_certificate.empty());
  EXPECT_TRUE(of_server().peer_certificate.empty());
}

TEST_F(Driven, AServerShowsTheIdentityOfTheName) {
  ASSERT_TRUE(server_context_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))));
  ASSERT_TRUE(connect("b.example"));
  EXPECT_EQ(usquic::test::common_name(of_client().peer_certificate), "b.example");
  ASSERT_TRUE(connect("a.example"));
  EXPECT_EQ(usquic::test::common_name(of_client().peer_certificate), "a.example");
}

TEST_F(Driven, AReplacedIdentityIsShownFromThenOn) {
  ASSERT_TRUE(connect("a.example"));
  const std::vector<std::uint8_t> before = of_client().peer_certificate;
  ASSERT_TRUE(server_context_->add_server_name("*", source_of(leaf_for(authority_, {"a.example"}))));
  ASSERT_TRUE(connect("a.example"));
  EXPECT_NE(of_client().peer_certificate, before);
}

TEST_F(Driven, FindsTheContextOfAName) {
  EXPECT_NE(server_->find("a.example"), nullptr);
  EXPECT_EQ(server_->find("a.example"), server_->find(""));
  ASSERT_TRUE(server_context_->remove_server_name("*"));
  EXPECT_EQ(server_->find("a.example"), nullptr);
}

TEST_F(Driven, WithoutAnIdentityForTheNameTheServerRefuses) {
  server_options_.identity = {};
  make();
  EXPECT_EQ(server_->server().error(), US_QUIC_E_STATE);
  ASSERT_TRUE(server_context_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))));
  EXPECT_FALSE(connect("a.example"));
  EXPECT_EQ(server_driver_.alert, Alert::unrecognized_name);
  EXPECT_TRUE(connect("b.example"));
}

TEST_F(Driven, AClientRefusesAServerOfAnotherName) {
  ASSERT_TRUE(server_context_->add_server_name("*", source_of(leaf_for(authority_, {"b.example"}))));
  EXPECT_FALSE(connect("a.example"));
  ASSERT_TRUE(client_driver_.refusal.has_value());
  EXPECT_EQ(client_driver_.refusal->code, US_QUIC_E_CERT_NAME);
  EXPECT_EQ(client_driver_.alert, Alert::bad_certificate);
  EXPECT_TRUE(client_driver_.outcomes.empty());
}

TEST_F(Driven, AClientRefusesAnUnknownAuthority) {
  client_options_.trust.text = Authority().certificate();
  make();
  EXPECT_FALSE(connect("a.example"));
  EXPECT_EQ(client_driver_.refusal.value_or(Verdict{}).code, US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(client_driver_.alert, Alert::unknown_ca);
}

TEST_F(Driven, AServerInsistsOnACertificateThatItTrusts) {
  server_options_.verify_client = true;
  server_options_.trust.text = authority_.certificate();
  make();
  // TLS 1.3: the client is done before the server has looked.
  EXPECT_FALSE(connect("a.example"));
  EXPECT_TRUE(server_driver_.outcomes.empty());
  LeafOptions leaf;
  leaf.common_name = "somebody";
  leaf.for_clients = true;
  client_options_.identity = source_of(authority_.issue(leaf));
  make();
  ASSERT_TRUE(connect("a.example"));
  EXPECT_TRUE(of_server().is_authorized);
  EXPECT_EQ(usquic::test::common_name(of_server().peer_certificate), "somebody");
  EXPECT_TRUE(client_driver_.tickets.empty());  // it does not resume
}

TEST_F(Driven, AProtocolThatNobodyOffersIsRefused) {
  server_ = *DrivenHandshakes::create(*server_context_, server_driver_, {"echo"}, EarlyData::refused);
  EXPECT_FALSE(connect("a.example"));
  EXPECT_EQ(server_driver_.alert, Alert::no_application_protocol);
}

TEST_F(Driven, TicketsResume) {
  ASSERT_TRUE(connect("a.example"));
  ASSERT_EQ(client_driver_.tickets.size(), 2U);
  NotedDriver::Kept kept = std::move(client_driver_.tickets.front());
  EXPECT_TRUE(kept.is_authorized);
  EXPECT_GT(kept.expires, std::time(nullptr));
  EXPECT_EQ(SSL_SESSION_early_data_capable(kept.session.get()), 0);
  for (const bool is_authorized : {true, false}) {
    client_driver_.peer.ticket_is_authorized = is_authorized;
    ASSERT_TRUE(connect("a.example", kept.session.get()));
    EXPECT_TRUE(of_client().is_resumed);
    EXPECT_TRUE(of_server().is_resumed);
    EXPECT_EQ(of_client().is_authorized, is_authorized);
    EXPECT_FALSE(of_server().is_authorized);
  }
}

TEST_F(Driven, TicketsAreOfTheIdentityThatTheyBeganWith) {
  ASSERT_TRUE(connect("a.example"));
  const NotedDriver::Kept kept = std::move(client_driver_.tickets.front());
  ASSERT_TRUE(server_context_->add_server_name("*", source_of(leaf_for(authority_, {"a.example"}))));
  ASSERT_TRUE(connect("a.example", kept.session.get()));
  EXPECT_FALSE(of_server().is_resumed);
}

TEST_F(Driven, TicketsAllowEarlyDataWhereItIsAccepted) {
  make(EarlyData::accepted, EarlyData::accepted);
  ASSERT_TRUE(connect("a.example"));
  EXPECT_EQ(SSL_SESSION_early_data_capable(client_driver_.tickets.front().session.get()), 1);
}

TEST_F(Driven, AClientThatRefusesEarlyDataKeepsTicketsWithoutIt) {
  make(EarlyData::accepted, EarlyData::refused);
  ASSERT_TRUE(connect("a.example"));
  const NotedDriver::Kept kept = std::move(client_driver_.tickets.front());
  EXPECT_EQ(SSL_SESSION_early_data_capable(kept.session.get()), 0);
  ASSERT_TRUE(connect("a.example", kept.session.get()));
  EXPECT_TRUE(of_client().is_resumed);
}

TEST_F(Driven, TicketsWithoutEarlyDataKeepTheirAgeWhenTheyAreSerialized) {
  make(EarlyData::accepted, EarlyData::refused);
  ASSERT_TRUE(connect("a.example"));
  const NotedDriver::Kept kept = std::move(client_driver_.tickets.front());
  std::uint8_t* data = nullptr;
  std::size_t length = 0;
  ASSERT_EQ(SSL_SESSION_to_bytes(kept.session.get(), &data, &length), 1);
  const bssl::UniquePtr<std::uint8_t> owner(data);
  const bssl::UniquePtr<SSL_SESSION> read(SSL_SESSION_from_bytes(data, length, *client_->client()));
  ASSERT_NE(read, nullptr);
  const std::uint32_t difference = age_offered_with(read.get()) - age_offered_with(kept.session.get());
  EXPECT_LE(difference + 60'000U, 120'000U);  // a minute more or less
}

TEST_F(Driven, SecretsGoToTheKeyLog) {
  std::string lines;
  server_options_.keylog = [](void* user, const char* line) {
    static_cast<std::string*>(user)->append(line).append("\n");
  };
  server_options_.keylog_user = &lines;
  make();
  ASSERT_TRUE(connect("a.example"));
  EXPECT_NE(lines.find("SERVER_TRAFFIC_SECRET_0 "), std::string::npos) << lines;
}

}  // namespace
}  // namespace usquic::tls::test
