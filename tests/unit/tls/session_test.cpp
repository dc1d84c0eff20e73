#include "tls/session.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "foreign_peer.h"
#include "handshake.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

class Sessions : public testing::Test {
 protected:
  Sessions()
      : server_options_(server_options(leaf_for(authority_, {"a.example", "b.example"}))),
        client_options_(client_options(authority_)) {}

  void make_contexts() {
    server_ = make_context(server_options_);
    client_ = make_context(client_options_);
  }

  bool resumes(std::string_view name = "a.example", std::uint16_t port = 443) {
    Handshake handshake(*client_, *server_, name, port);
    EXPECT_TRUE(handshake.run().succeeded());
    EXPECT_TRUE(handshake.client.session->is_authorized());
    EXPECT_EQ(handshake.client.session->is_resumed(), handshake.server.session->is_resumed());
    return handshake.client.session->is_resumed();
  }

  Authority authority_;
  Options server_options_;
  Options client_options_;
  std::unique_ptr<Context> server_;
  std::unique_ptr<Context> client_;
};

using Alpn = Sessions;

TEST_F(Alpn, TheServersOrderDecides) {
  server_options_.alpn = {"echo", "h3"};
  client_options_.alpn = {"h3", "echo", "other"};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.session->alpn(), "echo");
  EXPECT_EQ(handshake.server.session->alpn(), "echo");
}

TEST_F(Alpn, NothingInCommonFailsWithNoApplicationProtocol) {
  client_options_.alpn = {"echo"};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.alert, Alert{120});
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_ALPN);
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_ALPN);
  EXPECT_TRUE(handshake.client.failure_text().starts_with("TLS alert 120, "));
}

TEST_F(Alpn, AClientThatOffersNoneIsRefused) {
  make_contexts();
  ForeignHandshake::Options none;
  none.server_name = "a.example";
  none.alpn = {};
  ForeignHandshake handshake(*server_->server_session(), none);
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.own.failure(), US_QUIC_E_ALPN);
}

TEST_F(Alpn, AServerThatChoosesNoneIsRefused) {
  server_options_.alpn = {};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.alert, Alert{120});
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_ALPN);
}

using WireFormat = Sessions;

TEST_F(WireFormat, TheClientHelloIsQuics) {
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  ASSERT_TRUE(handshake.run().succeeded());
  const std::string& hello = handshake.client.sent.front();
  ASSERT_GT(hello.size(), 50U);
  // RFC 9001 section 8.4: an empty legacy_session_id (after type, length, version and random).
  EXPECT_EQ(hello[4 + 2 + 32], 0);
  // TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, in this order, and no other
  // but perhaps the renegotiation signal.
  EXPECT_EQ(hello.substr(4 + 2 + 32 + 1 + 2, 6), std::string("\x13\x01\x13\x02\x13\x03"));
}

using Agreement = Sessions;

TEST_F(Agreement, PrefersAes128AndTheStrongestGroup) {
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  ASSERT_TRUE(handshake.run().succeeded());
  const Group group = library().has_x25519mlkem768 ? Group::x25519mlkem768 : Group::x25519;
  for (const Peer* peer : {&handshake.client, &handshake.server}) {
    const Parameters agreed = peer->session->parameters();
    EXPECT_EQ(agreed.cipher_suite, CipherSuiteId::aes_128_gcm_sha256);
    EXPECT_EQ(agreed.group, group);
    EXPECT_EQ(agreed.signature_scheme, SignatureScheme::ecdsa_secp256r1_sha256);
  }
  EXPECT_EQ(handshake.client.sent.size(), 2U);  // a hello and Finished: the key share was the right one
}

TEST_F(Agreement, FindsEveryGroupAndCipherSuiteOfQuic) {
  server_ = make_context(server_options_);
  for (const Group group : default_groups) {
    if (group == Group::x25519mlkem768 && !library().has_x25519mlkem768) continue;
    for (const CipherSuiteId suite : default_cipher_suites) {
      if (!can_stand_alone(suite)) continue;
      client_options_.groups = {group};
      client_options_.cipher_suites = {suite};
      client_ = make_context(client_options_);
      Handshake handshake(*client_, *server_, "a.example");
      ASSERT_TRUE(handshake.run().succeeded()) << name_of(group) << " " << name_of(suite);
      EXPECT_EQ(handshake.server.session->parameters().group, group);
      EXPECT_EQ(handshake.client.session->parameters().group, group);
      EXPECT_EQ(handshake.server.session->parameters().cipher_suite, suite);
      EXPECT_EQ(handshake.client.session->parameters().cipher_suite, suite);
    }
  }
}

TEST_F(Agreement, NamesTheSignatureOfEveryKindOfKey) {
  const std::pair<KeyType, SignatureScheme> kinds[] = {
      {KeyType::ecdsa_p256, SignatureScheme::ecdsa_secp256r1_sha256},
      {KeyType::ecdsa_p384, SignatureScheme::ecdsa_secp384r1_sha384},
      {KeyType::ed25519, SignatureScheme::ed25519},
      {KeyType::rsa_2048, SignatureScheme::rsa_pss_rsae_sha256}};
  for (const auto& [type, scheme] : kinds) {
    server_options_.identity = source_of(leaf_for(authority_, {"a.example"}, type));
    make_contexts();
    Handshake handshake(*client_, *server_, "a.example");
    ASSERT_TRUE(handshake.run().succeeded());
    EXPECT_EQ(handshake.client.session->parameters().signature_scheme, scheme);
    EXPECT_EQ(handshake.server.session->parameters().signature_scheme, scheme);
  }
}

TEST_F(Agreement, WithoutAGroupInCommonTheServerRefuses) {
  server_options_.groups = {Group::secp384r1};
  client_options_.groups = {Group::x25519};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.alert, Alert{40});  // handshake_failure
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_TLS);
}

TEST_F(Agreement, WithoutACipherSuiteInCommonTheServerRefuses) {
  if (!can_stand_alone(CipherSuiteId::chacha20_poly1305_sha256))
    GTEST_SKIP() << "no client offers another one";
  server_options_.cipher_suites = {CipherSuiteId::aes_256_gcm_sha384};
  client_options_.cipher_suites = {CipherSuiteId::chacha20_poly1305_sha256};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.alert, Alert{40});
}

TEST_F(Agreement, ARetriedClientHelloChoosesTheNameAgain) {
  // No key share of this group comes with the first hello: the server asks for one (RFC 8446 section 4.1.4).
  server_options_.groups = {Group::secp384r1};
  make_contexts();
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_GE(handshake.client.sent.size(), 3U);  // two hellos and Finished
  EXPECT_EQ(handshake.server.session->parameters().group, Group::secp384r1);
  EXPECT_EQ(handshake.server.session->server_name(), "a.example");
}

TEST_F(Agreement, GroupsThatTheLibraryDoesNotHaveAreAnErrorWhenNothingElseIsGiven) {
  server_options_.groups = {Group::x25519mlkem768};
  EXPECT_EQ(create_context(server_options_).error(), library().has_x25519mlkem768 ? 0 : US_QUIC_E_INVALID);
}

TEST_F(Agreement, BothSidesHaveTheSameExporterSecret) {
  for (const CipherSuiteId suite : {CipherSuiteId::aes_128_gcm_sha256, CipherSuiteId::aes_256_gcm_sha384}) {
    if (!can_stand_alone(suite)) continue;
    client_options_.cipher_suites = {suite};
    make_contexts();
    Handshake handshake(*client_, *server_, "a.example");
    ASSERT_TRUE(handshake.run().succeeded());
    const Bytes secret = handshake.client.session->exporter_secret();
    EXPECT_EQ(secret.size(), suite == CipherSuiteId::aes_128_gcm_sha256 ? 32U : 48U);
    EXPECT_EQ(as_text(secret), as_text(handshake.server.session->exporter_secret()));
  }
}

using KeyLog = Sessions;

TEST_F(KeyLog, GivesLinesInNssFormat) {
  struct Lines {
    std::vector<std::string> all;
  } client_lines, server_lines;
  const auto append = [](void* user, const char* line) { static_cast<Lines*>(user)->all.emplace_back(line); };
  client_options_.keylog = append;
  client_options_.keylog_user = &client_lines;
  server_options_.keylog = append;
  server_options_.keylog_user = &server_lines;
  make_contexts();
  ASSERT_TRUE(Handshake(*client_, *server_, "a.example").run().succeeded());

  std::set<std::string> labels;
  for (const std::string& line : client_lines.all) {
    const std::size_t first = line.find(' ');
    const std::size_t second = line.find(' ', first + 1);
    ASSERT_NE(second, std::string::npos) << line;
    labels.insert(line.substr(0, first));
    EXPECT_EQ(second - first - 1, 64U) << line;        // client random
    EXPECT_EQ(line.size() - second - 1, 64U) << line;  // SHA-256's length
    for (const char c : line.substr(first)) EXPECT_TRUE(c == ' ' || std::isxdigit(c) != 0) << line;
  }
  for (const char* label : {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                            "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"})
    EXPECT_EQ(labels.count(label), 1U) << label;
  std::set<std::string> client_set(client_lines.all.begin(), client_lines.all.end());
  std::set<std::string> server_set(server_lines.all.begin(), server_lines.all.end());
  EXPECT_EQ(client_set, server_set);
}

using Resumption = Sessions;

TEST_F(Resumption, UsesATicketOfTheSameServerAndPort) {
  make_contexts();
  EXPECT_FALSE(resumes("a.example", 443));
  EXPECT_FALSE(resumes("b.example", 443));
  EXPECT_FALSE(resumes("a.example", 444));
  EXPECT_TRUE(resumes("a.example", 443));
  EXPECT_TRUE(resumes("A.example.", 443));
}

TEST_F(Resumption, KeepsThePeersCertificateAndGoesOnFromResumedSessions) {
  make_contexts();
  Handshake first(*client_, *server_, "a.example");
  EXPECT_FALSE(first.client.session->has_ticket());
  ASSERT_TRUE(first.run().succeeded());
  EXPECT_TRUE(first.client.session->has_ticket());
  EXPECT_FALSE(first.server.session->has_ticket());
  const Bytes certificate = first.client.session->peer_certificate();
  for (int i = 0; i < 5; ++i) {
    Handshake next(*client_, *server_, "a.example");
    ASSERT_TRUE(next.run().succeeded());
    EXPECT_TRUE(next.client.session->is_resumed());
    EXPECT_EQ(as_text(next.client.session->peer_certificate()), as_text(certificate));
    EXPECT_EQ(next.client.session->alpn(), "h3");
  }
}

TEST_F(Resumption, UsesEachTicketOnce) {
  make_contexts();
  EXPECT_FALSE(resumes());  // brings two tickets
  std::vector<std::unique_ptr<Handshake>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<Handshake>(*client_, *server_, "a.example"));
  }
  std::set<std::string> hellos;
  int resumed = 0;
  for (const auto& handshake : open) {
    ASSERT_TRUE(handshake->run().succeeded());
    resumed += handshake->client.session->is_resumed() ? 1 : 0;
  }
  EXPECT_EQ(resumed, 2);
}

TEST_F(Resumption, WorksAcrossServersWithTheSameSecret) {
  for (std::uint8_t& octet : server_options_.secret) octet = 7;
  make_contexts();
  EXPECT_FALSE(resumes());
  server_ = make_context(server_options_);  // as after a restart
  EXPECT_TRUE(resumes());
  for (std::uint8_t& octet : server_options_.secret) octet = 8;
  server_ = make_context(server_options_);
  EXPECT_FALSE(resumes());
}

TEST_F(Resumption, WithoutASecretServersDoNotOpenEachOthersTickets) {
  make_contexts();
  EXPECT_FALSE(resumes());
  server_ = make_context(server_options_);
  EXPECT_FALSE(resumes());
}

TEST_F(Resumption, DoesNotGoAroundClientCertificates) {
  for (std::uint8_t& octet : server_options_.secret) octet = 7;
  make_contexts();
  EXPECT_FALSE(resumes());
  server_options_.verify_client = true;
  server_options_.trust.text = authority_.certificate();
  server_ = make_context(server_options_);
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_CERT_REQUIRED);
}

TEST_F(Resumption, NeverHappensWhereAClientCertificateIsAskedFor) {
  for (std::uint8_t& octet : server_options_.secret) octet = 7;
  server_options_.trust.text = authority_.certificate();
  client_options_.identity = source_of(authority_.issue({.for_clients = true}));
  for (const bool is_enforced : {false, true}) {
    server_options_.request_client_certificate = false;
    server_options_.verify_client = false;
    make_contexts();
    EXPECT_FALSE(resumes());
    server_options_.request_client_certificate = true;
    server_options_.verify_client = is_enforced;
    server_ = make_context(server_options_);
    // Neither with the ticket of a server that asked for none, nor with one of its own.
    for (int i = 0; i < 2; ++i) {
      Handshake handshake(*client_, *server_, "a.example");
      ASSERT_TRUE(handshake.run().succeeded());
      EXPECT_FALSE(handshake.server.session->is_resumed());
      EXPECT_FALSE(handshake.server.session->peer_certificate().empty());
    }
  }
}

// A client that offers, under one name, the session that it got under another. This library's own does not.
class ResumptionAcrossNames : public Sessions {
 protected:
  void SetUp() override {
    for (std::uint8_t& octet : server_options_.secret) octet = 7;
    server_ = make_context(server_options_);
  }

  static ForeignHandshake::Options options(std::string_view name, std::string session = {}) {
    ForeignHandshake::Options options;
    options.server_name = name;
    options.alpn = {"h3"};
    options.session = std::move(session);
    return options;
  }

  std::string session_of(std::string_view name) {
    ForeignHandshake handshake(*server_->server_session(), options(name));
    EXPECT_TRUE(handshake.run().succeeded());
    return handshake.foreign.session();
  }

  bool resumes(const std::string& session, std::string_view name) {
    ForeignHandshake handshake(*server_->server_session(), options(name, session));
    EXPECT_TRUE(handshake.run().succeeded());
    EXPECT_EQ(handshake.own.session->server_name(), name);
    EXPECT_EQ(handshake.own.session->is_resumed(), handshake.foreign.is_resumed());
    return handshake.own.session->is_resumed();
  }
};

TEST_F(ResumptionAcrossNames, TakesTheCertificateThatTheSessionBeganWith) {
  ASSERT_EQ(server_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))).error(), 0);
  EXPECT_TRUE(resumes(session_of("a.example"), "a.example"));
  EXPECT_TRUE(resumes(session_of("b.example"), "b.example"));
  EXPECT_FALSE(resumes(session_of("a.example"), "b.example"));
  EXPECT_FALSE(resumes(session_of("b.example"), "a.example"));
  // The default certificate is for both.
  EXPECT_TRUE(resumes(session_of("a.example"), "c.example"));
}

TEST_F(ResumptionAcrossNames, EndsWhenTheNamesCertificateIsReplacedOrRemoved) {
  ASSERT_EQ(server_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))).error(), 0);
  const std::string before = session_of("b.example");
  const Identity renewed = leaf_for(authority_, {"b.example"});
  ASSERT_EQ(server_->add_server_name("b.example", source_of(renewed)).error(), 0);
  EXPECT_FALSE(resumes(before, "b.example"));
  const std::string after = session_of("b.example");
  ASSERT_EQ(server_->remove_server_name("b.example").error(), 0);
  EXPECT_FALSE(resumes(after, "b.example"));
  ASSERT_EQ(server_->add_server_name("b.example", source_of(renewed)).error(), 0);
  EXPECT_TRUE(resumes(after, "b.example"));
}

TEST_F(ResumptionAcrossNames, ContextsWithOneSecretDifferByTheirCertificates) {
  const std::string session = session_of("a.example");
  server_ = make_context(server_options_);
  EXPECT_TRUE(resumes(session, "a.example"));
  server_options_.identity = source_of(leaf_for(authority_, {"a.example"}));
  server_ = make_context(server_options_);
  EXPECT_FALSE(resumes(session, "a.example"));
}

// RFC 8446 section 4.1.2: the second ClientHello may not change its server name.
TEST_F(ResumptionAcrossNames, ASecondHelloCannotChangeTheName) {
  const std::string session = session_of("a.example");
  server_options_.groups = {Group::secp384r1};
  server_ = make_context(server_options_);
  ASSERT_EQ(server_->add_server_name("b.example", source_of(leaf_for(authority_, {"b.example"}))).error(), 0);
  for (const bool changes : {false, true}) {
    ForeignHandshake::Options offered = options("a.example", session);
    offered.priority =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:"
        "+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE";
    ForeignHandshake handshake(*server_->server_session(), offered);
    handshake.start();
    ASSERT_TRUE(handshake.to_own());
    if (changes) handshake.foreign.set_server_name("b.example");
    // BoringSSL reads the first name alone.
    const bool is_refused = changes && library().name != std::string("BoringSSL");
    EXPECT_EQ(handshake.finish().succeeded(), !is_refused);
    const auto alert = handshake.own.alert;
    EXPECT_EQ(alert.value_or(Alert{0}), is_refused ? Alert{47} : Alert{0});  // illegal_parameter
    EXPECT_EQ(handshake.own.session->server_name(), "a.example");
  }
}

TEST_F(Resumption, RemembersThatTheServerWasNotAuthorized) {
  client_options_.verify_server = false;
  make_contexts();
  for (const bool is_resumed : {false, true, true}) {
    Handshake handshake(*client_, *server_, "other.example");
    ASSERT_TRUE(handshake.run().succeeded());
    EXPECT_EQ(handshake.client.session->is_resumed(), is_resumed);
    EXPECT_FALSE(handshake.client.session->is_authorized());
  }
}

}  // namespace
}  // namespace usquic::tls::test
