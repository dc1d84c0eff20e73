#include "tls/context.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "handshake.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

using usquic::test::common_name;
using usquic::test::encrypt_key;
using usquic::test::KeyEncryptionScheme;

struct LogLines {
  LogLevel most = LogLevel::error;
  std::string text;
  Logger logger() {
    return Logger([](void* user, int,
                     const char* line) { static_cast<LogLines*>(user)->text.append(line).append("\n"); },
                  this, most);
  }
};

class Loading : public testing::Test {
 protected:
  Loading() : identity_(leaf_for(authority_, {"a.example"})) {
    std::string pattern = (std::filesystem::temp_directory_path() / "usquic-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    options_ = server_options(identity_);
    options_.log = log_.logger();
  }
  ~Loading() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  int load() { return create_context(options_).error(); }
  bool logged(std::string_view text) const { return log_.text.find(text) != std::string::npos; }

  Authority authority_;
  Identity identity_;
  LogLines log_;
  Options options_;
  std::filesystem::path folder_;
};

TEST_F(Loading, TakesPemFromMemory) {
  EXPECT_EQ(load(), 0);
  EXPECT_TRUE(make_context(options_)->can_serve());
  EXPECT_EQ(log_.text, "");
}

TEST_F(Loading, TakesPemFromFiles) {
  options_.identity.certificate = {.file = write("cert.pem", identity_.certificate)};
  options_.identity.key = {.file = write("key.pem", identity_.key)};
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, TakesOneFileWithBoth) {
  options_.identity.certificate = {.file = write("both.pem", identity_.key + identity_.certificate)};
  options_.identity.key = {};
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, WithoutAnIdentityCannotServe) {
  options_.identity = {};
  ASSERT_EQ(load(), 0);
  const std::unique_ptr<Context> context = make_context(options_);
  EXPECT_FALSE(context->can_serve());
  EXPECT_EQ(context->server_session().error(), US_QUIC_E_STATE);
}

TEST_F(Loading, AMissingFileIsCertFileAndNamed) {
  options_.identity.certificate = {.file = "/nowhere/cert.pem"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
  EXPECT_TRUE(logged("/nowhere/cert.pem: No such file")) << log_.text;
  options_ = server_options(identity_);
  options_.log = log_.logger();
  options_.identity.key = {.file = "/nowhere/key.pem"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
  EXPECT_TRUE(logged("/nowhere/key.pem")) << log_.text;
}

TEST_F(Loading, AFolderIsCertFile) {
  options_.identity.certificate = {.file = folder_.string()};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
  EXPECT_TRUE(logged(folder_.string())) << log_.text;
}

TEST_F(Loading, AnUnreadableFileIsCertFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every file";
  const std::string path = write("cert.pem", identity_.certificate);
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  options_.identity.certificate = {.file = path};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
}

TEST_F(Loading, AnEndlessFileIsCertFile) {
  options_.identity.certificate = {.file = "/dev/zero"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
}

TEST_F(Loading, AKeyWithoutACertificateIsCertFile) {
  options_.identity.certificate = {};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
}

TEST_F(Loading, MalformedPemIsCertParseAndNamed) {
  const std::string path = write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  options_.identity.certificate = {.file = path};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
  EXPECT_TRUE(logged(path)) << log_.text;
  options_.identity.certificate = {.file = write("empty.pem", "")};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
  options_.identity.certificate = {.text = identity_.certificate};
  for (const char* key :
       {"no key at all", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    options_.identity.key = {.text = key};
    EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE) << key;
  }
}

TEST_F(Loading, AnotherCertificatesKeyIsCertMismatch) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::rsa_2048}) {
    options_.identity.key = {.text = leaf_for(authority_, {"a.example"}, type).key};
    EXPECT_EQ(load(), US_QUIC_E_CERT_MISMATCH);
  }
  EXPECT_NE(log_.text, "");
}

TEST_F(Loading, AnEncryptedKeyNeedsItsPassphrase) {
  for (const auto scheme : {KeyEncryptionScheme::pbes2_aes_256, KeyEncryptionScheme::pkcs12_3des}) {
    if (library().name == std::string("BoringSSL") && scheme == KeyEncryptionScheme::pbes2_aes_256) continue;
    options_.identity.key = {.text = encrypt_key(identity_.key, "correct horse", scheme)};
    options_.identity.passphrase.reset();
    EXPECT_EQ(load(), US_QUIC_E_PASSPHRASE);
    for (const char* wrong : {"", "wrong", "Correct horse"}) {
      options_.identity.passphrase = wrong;
      EXPECT_EQ(load(), US_QUIC_E_PASSPHRASE) << wrong;
    }
    options_.identity.passphrase = "correct horse";
    log_.text.clear();
    EXPECT_EQ(load(), 0);
    EXPECT_EQ(log_.text, "");
  }
}

TEST_F(Loading, AMalformedEncryptedKeyIsCertParse) {
  options_.identity.passphrase = "secret";
  options_.identity.key = {
      .text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
}

TEST_F(Loading, APassphraseForAPlainKeyDoesNoHarm) {
  options_.identity.passphrase = "not needed";
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, TrustedRootsHaveTheSameErrors) {
  options_.trust = {.file = "/nowhere/ca.pem"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_FILE);
  EXPECT_TRUE(logged("/nowhere/ca.pem"));
  options_.trust = {.text = "nothing"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
  options_.trust = {.file = write("ca.pem", authority_.certificate())};
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, ExtraRootsThatCannotBeReadAreToldAtOnce) {
  options_.extra_trust = {.text = "nothing"};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
  options_.trust = {.text = authority_.certificate()};
  EXPECT_EQ(load(), US_QUIC_E_CERT_PARSE);
  options_.extra_trust = {.text = authority_.certificate()};
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, ProtocolsThatAreTooManyOrTooLongAreInvalid) {
  options_.alpn = {std::string(32, 'x')};
  EXPECT_EQ(load(), US_QUIC_E_INVALID);
  options_.alpn = {""};
  EXPECT_EQ(load(), US_QUIC_E_INVALID);
  options_.alpn = std::vector<std::string>(9, "h3");
  EXPECT_EQ(load(), US_QUIC_E_INVALID);
  options_.alpn = std::vector<std::string>(8, std::string(31, 'x'));
  EXPECT_EQ(load(), 0);
}

TEST_F(Loading, SaysWhenAChainDoesNotFitTheFirstFlight) {
  log_.most = LogLevel::warning;
  options_.log = log_.logger();
  EXPECT_EQ(load(), 0);
  EXPECT_EQ(log_.text, "");
  options_.identity = source_of(usquic::test::large_leaf_for(authority_, "a.example"));
  EXPECT_EQ(load(), 0);
  EXPECT_TRUE(logged("does not fit three times a client's first datagram")) << log_.text;
}

TEST_F(Loading, ClientSessionsNeedANameThatCanBeOne) {
  const std::unique_ptr<Context> context = make_context(client_options(authority_));
  for (const char* name : {"", ".", "a..b", "a b", "a\nb", "[::1]"})
    EXPECT_EQ(context->client_session(name, 443, 1).error(), US_QUIC_E_INVALID) << name;
  Options relaxed = client_options(authority_);
  relaxed.verify_server = false;
  EXPECT_EQ(make_context(relaxed)->client_session("", 443, 1).error(), 0);
}

class ServerNameSelection : public testing::Test {
 protected:
  ServerNameSelection() {
    options_ = server_options(leaf_for(authority_, {"default.example"}));
    client_options_ = client_options(authority_);
    client_options_.verify_server = false;
    client_ = make_context(client_options_);
  }

  // The name that the server's certificate is for when a client asks for `name`; "" = the handshake failed.
  std::string shown(std::string_view name) {
    Handshake handshake(*client_, *server_, name, port_++);
    alert_.reset();
    if (!handshake.run().succeeded()) {
      alert_ = handshake.server.alert;
      return "";
    }
    return common_name(handshake.client.session->peer_certificate());
  }

  IdentitySource identity(const std::string& name) { return source_of(leaf_for(authority_, {name})); }

  Authority authority_;
  Options options_;
  Options client_options_;
  std::unique_ptr<Context> client_;
  std::unique_ptr<Context> server_;
  std::optional<Alert> alert_;
  std::uint16_t port_ = 1;  // another for each: no resumption here
};

TEST_F(ServerNameSelection, ExactBeforeWildcardBeforeDefault) {
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("*.Example.org", identity("wildcard.test")).error(), 0);
  ASSERT_EQ(server_->add_server_name("a.example.org.", identity("exact.test")).error(), 0);
  EXPECT_EQ(shown("a.example.org"), "exact.test");
  EXPECT_EQ(shown("A.EXAMPLE.ORG."), "exact.test");
  EXPECT_EQ(shown("b.example.org"), "wildcard.test");
  EXPECT_EQ(shown("a.b.example.org"), "default.example");
  EXPECT_EQ(shown("example.org"), "default.example");
  EXPECT_EQ(shown("127.0.0.1"), "default.example");
}

TEST_F(ServerNameSelection, ANameCanBeRemoved) {
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("a.example", identity("a.example")).error(), 0);
  EXPECT_EQ(server_->remove_server_name("A.example").error(), 0);
  EXPECT_EQ(server_->remove_server_name("a.example").error(), US_QUIC_E_INVALID);
  EXPECT_EQ(shown("a.example"), "default.example");
}

TEST_F(ServerNameSelection, AddingAgainReplacesForNewSessionsOnly) {
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("a.example", identity("old.test")).error(), 0);
  Handshake under_way(*client_, *server_, "a.example", 9999);
  under_way.client.advance();
  under_way.server.receive_from(under_way.client);  // the server has chosen
  ASSERT_EQ(server_->add_server_name("a.example", identity("new.test")).error(), 0);
  EXPECT_EQ(shown("a.example"), "new.test");
  ASSERT_TRUE(under_way.run().succeeded());
  EXPECT_EQ(common_name(under_way.client.session->peer_certificate()), "old.test");
}

TEST_F(ServerNameSelection, AStarReplacesTheDefault) {
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("*", identity("new.test")).error(), 0);
  EXPECT_EQ(shown("anything.example"), "new.test");
}

TEST_F(ServerNameSelection, WithoutADefaultAnUnknownNameIsRefused) {
  options_.identity = {};
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("a.example", identity("a.example")).error(), 0);
  EXPECT_TRUE(server_->can_serve());
  EXPECT_EQ(shown("a.example"), "a.example");
  EXPECT_EQ(shown("b.example"), "");
  EXPECT_EQ(alert_, Alert{112});  // unrecognized_name
  EXPECT_EQ(shown("127.0.0.1"), "");
  EXPECT_EQ(alert_, Alert{112});
}

TEST_F(ServerNameSelection, AnErrorLeavesTheOldIdentity) {
  server_ = make_context(options_);
  ASSERT_EQ(server_->add_server_name("a.example", identity("old.test")).error(), 0);
  IdentitySource bad;
  bad.certificate.text = "nonsense";
  EXPECT_EQ(server_->add_server_name("a.example", bad).error(), US_QUIC_E_CERT_PARSE);
  EXPECT_EQ(server_->add_server_name("not a name", identity("x.test")).error(), US_QUIC_E_INVALID);
  EXPECT_EQ(shown("a.example"), "old.test");
}

TEST_F(ServerNameSelection, SharesOneIdentityAmongManySessions) {
  server_ = make_context(options_);
  std::vector<std::unique_ptr<Handshake>> open;
  for (int i = 0; i < 50; ++i)
    open.push_back(std::make_unique<Handshake>(*client_, *server_, "default.example", port_++));
  for (const auto& handshake : open) EXPECT_TRUE(handshake->run().succeeded());
  // Sessions under way outlive the identity's place in the table.
  EXPECT_EQ(server_->remove_server_name("*").error(), 0);
  EXPECT_FALSE(server_->can_serve());
  for (const auto& handshake : open) EXPECT_FALSE(handshake->client.session->peer_certificate().empty());
}

}  // namespace
}  // namespace usquic::tls::test
