#include <gtest/gtest.h>

#include "foreign_peer.h"
#include "handshake.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

class Verification : public testing::Test {
 protected:
  // A client that trusts the authority, and asks for `name`, meets a server with this identity.
  Handshake meet(const Identity& identity, std::string_view name) {
    server_ = make_context(server_options(identity));
    client_ = make_context(client_options(authority_));
    return Handshake(*client_, *server_, name);
  }

  Authority authority_;
  std::unique_ptr<Context> server_;
  std::unique_ptr<Context> client_;
};

TEST_F(Verification, AcceptsATrustedCertificateForTheName) {
  Handshake handshake = meet(leaf_for(authority_, {"a.example"}), "a.example");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.client.session->is_authorized());
  EXPECT_FALSE(handshake.client.session->is_resumed());
  EXPECT_EQ(handshake.server.session->server_name(), "a.example");
  EXPECT_EQ(handshake.client.session->server_name(), "a.example");
  EXPECT_FALSE(handshake.client.session->peer_certificate().empty());
  EXPECT_TRUE(handshake.server.session->peer_certificate().empty());
  EXPECT_FALSE(handshake.server.session->is_authorized());
}

TEST_F(Verification, AcceptsEveryKindOfKey) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ed25519, KeyType::rsa_2048}) {
    Handshake handshake = meet(leaf_for(authority_, {"a.example"}, type), "a.example");
    EXPECT_TRUE(handshake.run().succeeded()) << static_cast<int>(type);
  }
}

TEST_F(Verification, AcceptsAChainOverAnIntermediate) {
  const Authority intermediate = authority_.intermediate("usquic test intermediate");
  Handshake handshake = meet(leaf_for(intermediate, {"a.example"}), "a.example");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.client.session->is_authorized());
}

TEST_F(Verification, IgnoresCaseAndATrailingDotOfTheName) {
  Handshake handshake = meet(leaf_for(authority_, {"a.example"}), "A.Example.");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.session->server_name(), "a.example");
}

TEST_F(Verification, AcceptsAWildcardForOneLabelOnly) {
  const Identity wildcard = leaf_for(authority_, {"*.example.org"});
  EXPECT_TRUE(meet(wildcard, "a.example.org").run().succeeded());
  EXPECT_FALSE(meet(wildcard, "a.b.example.org").run().succeeded());
  EXPECT_FALSE(meet(wildcard, "example.org").run().succeeded());
}

TEST_F(Verification, RefusesAWrongNameAndSaysWhoseItIs) {
  Handshake handshake = meet(leaf_for(authority_, {"a.example", "b.example"}), "c.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_NAME);
  EXPECT_EQ(handshake.client.failure_text(), "certificate is for a.example, b.example, not for c.example");
  EXPECT_FALSE(handshake.client.session->is_authorized());
  EXPECT_EQ(handshake.client.alert, Alert{42});  // bad_certificate
}

TEST_F(Verification, ShortensALongListOfNames) {
  Handshake handshake =
      meet(leaf_for(authority_, {"a.example", "b.example", "c.example", "d.example"}), "x.example");
  handshake.run();
  EXPECT_EQ(handshake.client.failure_text(),
            "certificate is for a.example, b.example, c.example and others, not for x.example");
}

TEST_F(Verification, RefusesAnUnknownIssuerWithUnknownCa) {
  const Authority stranger("stranger");
  Handshake handshake = meet(leaf_for(stranger, {"a.example"}), "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(handshake.client.failure_text(), "its issuer is unknown");
  EXPECT_EQ(handshake.client.alert, Alert{48});
  // The server hears of it by the alert.
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_TRUE(handshake.server.failure_text().starts_with("client refused this server's certificate"));
}

TEST_F(Verification, AnUnknownIssuerWeighsMoreThanDatesAndNames) {
  const Authority stranger("stranger");
  Handshake handshake = meet(stranger.issue({.dns_names = {"b.example"}, .valid_until = -60}), "a.example");
  handshake.run();
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
}

TEST_F(Verification, RefusesAnExpiredCertificate) {
  Handshake handshake = meet(authority_.issue({.dns_names = {"a.example"}, .valid_until = -60}), "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_EXPIRED);
  EXPECT_EQ(handshake.client.failure_text(), "certificate has expired");
  EXPECT_EQ(handshake.client.alert, Alert{45});
}

TEST_F(Verification, RefusesACertificateThatIsNotYetValid) {
  Handshake handshake = meet(authority_.issue({.dns_names = {"a.example"}, .valid_from = 3600}), "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_EXPIRED);
  EXPECT_EQ(handshake.client.failure_text(), "certificate is not yet valid");
}

TEST_F(Verification, RefusesAClientsCertificateAsAServers) {
  Handshake handshake =
      meet(authority_.issue({.dns_names = {"a.example"}, .for_clients = true}), "a.example");
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
}

// GnuTLS 3.7 copies a chain onto its stack before it looks at the length.
TEST_F(Verification, RefusesAnOverlongChain) {
  client_ = make_context(client_options(authority_));
  ForeignHandshake::Options server;
  server.is_server = true;
  server.alpn = {"h3"};
  server.identity = leaf_for(authority_, {"a.example"});
  server.chain_filler = authority_.certificate();
  server.fillers = 40;
  ForeignHandshake handshake(*client_->client_session("a.example", 443, 1), server);
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.own.failure(), US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(handshake.own.failure_text(), "its chain is too long");
}

TEST_F(Verification, VerifiesIpAddressesAndSendsNoNameForThem) {
  const Identity identity = authority_.issue({.ip_addresses = {"127.0.0.1", "::1"}});
  for (const char* address : {"127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "::1%lo"}) {
    Handshake handshake = meet(identity, address);
    EXPECT_TRUE(handshake.run().succeeded()) << address;
    EXPECT_TRUE(handshake.client.session->is_authorized());
    EXPECT_EQ(handshake.server.session->server_name(), "");
  }
  Handshake other = meet(identity, "127.0.0.2");
  EXPECT_FALSE(other.run().succeeded());
  EXPECT_EQ(other.client.failure(), US_QUIC_E_CERT_NAME);
  EXPECT_EQ(other.client.failure_text(), "certificate is for 127.0.0.1, ::1, not for 127.0.0.2");
}

// RFC 9110 section 4.3.4: subjectAltName decides, a common name is no identity of a server.
TEST_F(Verification, RefusesANameThatStandsInTheCommonNameAlone) {
  for (const char* common_name : {"a.example", "*.example"}) {
    Handshake handshake = meet(authority_.issue({.common_name = common_name}), "a.example");
    EXPECT_FALSE(handshake.run().succeeded()) << common_name;
    EXPECT_FALSE(handshake.client.session->is_authorized());
    EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_NAME);
    EXPECT_EQ(handshake.client.failure_text(),
              "certificate is for no host by its subjectAltName, and its common name (" +
                  std::string(common_name) + ") does not count, not for a.example");
  }
}

TEST_F(Verification, ACommonNameDoesNotCountBesideAlternativeNamesOfAnotherKind) {
  const std::string short_uri = "spiffe://example/a";
  const std::string long_uri = "spiffe://example/" + std::string(400, 'a');
  EXPECT_FALSE(meet(authority_.issue({.common_name = "a.example", .uris = {short_uri}}), "a.example")
                   .run()
                   .succeeded());
  EXPECT_FALSE(
      meet(authority_.issue({.common_name = "a.example", .ip_addresses = {"127.0.0.1"}}), "a.example")
          .run()
          .succeeded());
  // Some versions of GnuTLS look no further than a name that is too long for them.
  EXPECT_FALSE(
      meet(authority_.issue({.common_name = "a.example", .dns_names = {"b.example"}, .uris = {long_uri}}),
           "a.example")
          .run()
          .succeeded());
  EXPECT_TRUE(meet(authority_.issue({.dns_names = {"a.example"}, .uris = {short_uri}}), "a.example")
                  .run()
                  .succeeded());
}

TEST_F(Verification, SwitchedOffItLetsPassButStillTells) {
  Options options = client_options(authority_);
  options.verify_server = false;
  client_ = make_context(options);
  server_ = make_context(server_options(leaf_for(authority_, {"a.example"})));
  Handshake wrong_name(*client_, *server_, "b.example");
  EXPECT_TRUE(wrong_name.run().succeeded());
  EXPECT_FALSE(wrong_name.client.session->is_authorized());
  Handshake right_name(*client_, *server_, "a.example");
  EXPECT_TRUE(right_name.run().succeeded());
  EXPECT_TRUE(right_name.client.session->is_authorized());
}

TEST_F(Verification, UsesTheSystemsRootsWhenNoneAreGiven) {
  Options options = client_options(authority_);
  options.trust = {};
  client_ = make_context(options);
  server_ = make_context(server_options(leaf_for(authority_, {"a.example"})));
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_FALSE(handshake.run().succeeded());  // the test's authority is not among them
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
}

class ClientCertificates : public testing::Test {
 protected:
  ClientCertificates() : server_options_(server_options(leaf_for(authority_, {"a.example"}))) {
    server_options_.trust.text = authority_.certificate();
    client_options_ = client_options(authority_);
  }

  Handshake meet() {
    server_ = make_context(server_options_);
    client_ = make_context(client_options_);
    return Handshake(*client_, *server_, "a.example");
  }

  void give_client(const Authority& issuer, LeafOptions options) {
    options.for_clients = true;
    client_options_.identity = source_of(issuer.issue(options));
  }

  Authority authority_;
  Options server_options_;
  Options client_options_;
  std::unique_ptr<Context> server_;
  std::unique_ptr<Context> client_;
};

TEST_F(ClientCertificates, AreNotAskedForByDefault) {
  give_client(authority_, {});
  Handshake handshake = meet();
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.server.session->peer_certificate().empty());
}

TEST_F(ClientCertificates, AreVerifiedWhenRequired) {
  server_options_.verify_client = true;
  give_client(authority_, {});
  Handshake handshake = meet();
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.server.session->is_authorized());
  EXPECT_FALSE(handshake.server.session->peer_certificate().empty());
}

TEST_F(ClientCertificates, MissingOnesAreRefusedWhenRequired) {
  server_options_.verify_client = true;
  Handshake handshake = meet();
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.alert, Alert{116});  // certificate_required
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_CERT_REQUIRED);
  EXPECT_TRUE(handshake.server.failure_text().starts_with("client sent no certificate"));
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_REQUIRED);
  EXPECT_TRUE(handshake.client.failure_text().starts_with("server requires a client certificate"));
}

TEST_F(ClientCertificates, UntrustedOnesAreRefusedWhenRequired) {
  server_options_.verify_client = true;
  give_client(Authority("stranger"), {});
  Handshake handshake = meet();
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(handshake.server.alert, Alert{48});
  EXPECT_TRUE(handshake.client.failure_text().starts_with("server refused this client's certificate"));
}

TEST_F(ClientCertificates, ExpiredOnesAreRefusedWhenRequired) {
  server_options_.verify_client = true;
  give_client(authority_, {.valid_until = -60});
  Handshake handshake = meet();
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.server.failure(), US_QUIC_E_CERT_EXPIRED);
}

TEST_F(ClientCertificates, AreOptionalWhenOnlyRequested) {
  server_options_.request_client_certificate = true;
  Handshake without = meet();
  EXPECT_TRUE(without.run().succeeded());
  EXPECT_FALSE(without.server.session->is_authorized());

  give_client(Authority("stranger"), {});
  Handshake untrusted = meet();
  EXPECT_TRUE(untrusted.run().succeeded());
  EXPECT_FALSE(untrusted.server.session->is_authorized());
  EXPECT_FALSE(untrusted.server.session->peer_certificate().empty());

  give_client(authority_, {});
  Handshake trusted = meet();
  EXPECT_TRUE(trusted.run().succeeded());
  EXPECT_TRUE(trusted.server.session->is_authorized());
}

}  // namespace
}  // namespace usquic::tls::test
