// BoringSSL leaves cipher suites of TLS 1.3 out by its policies alone.
#include <gtest/gtest.h>

#include "../tls/handshake.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

constexpr CipherSuiteId aes_128 = CipherSuiteId::aes_128_gcm_sha256;
constexpr CipherSuiteId aes_256 = CipherSuiteId::aes_256_gcm_sha384;
constexpr CipherSuiteId chacha20 = CipherSuiteId::chacha20_poly1305_sha256;

class CipherSuites : public testing::Test {
 protected:
  // The suites of the ClientHello (RFC 8446 section 4.1.2): behind the header, the version, the random bytes and an empty
  // session ID.
  std::vector<CipherSuiteId> offered(const std::vector<CipherSuiteId>& wanted) {
    Options options = client_options(authority_);
    options.cipher_suites = wanted;
    const std::unique_ptr<Context> client = make_context(options);
    const std::unique_ptr<Context> server = make_context(server_options(leaf_for(authority_, {"a.example"})));
    Handshake handshake(*client, *server, "a.example");
    handshake.client.advance();
    const std::string& hello = handshake.client.sent.front();
    const std::size_t begin = 4 + 2 + 32 + 1;
    const auto octet = [&hello](std::size_t at) {
      return std::size_t{static_cast<std::uint8_t>(hello.at(at))};
    };
    const std::size_t length = octet(begin) << 8 | octet(begin + 1);
    std::vector<CipherSuiteId> suites;
    for (std::size_t at = begin + 2; at < begin + 2 + length; at += 2)
      suites.push_back(static_cast<CipherSuiteId>(octet(at) << 8 | octet(at + 1)));
    std::ranges::sort(suites);
    return suites;
  }

  const Authority authority_;
};

TEST_F(CipherSuites, AreAllOffered) {
  EXPECT_EQ(offered({}), (std::vector{aes_128, aes_256, chacha20}));
}

TEST_F(CipherSuites, AreThoseWithAesWhereTheseAreWanted) {
  EXPECT_EQ(offered({aes_128, aes_256}), (std::vector{aes_128, aes_256}));
  EXPECT_EQ(offered({aes_256}), std::vector{aes_256});
}

TEST_F(CipherSuites, ThatCannotBeLeftOutAreAnError) {
  Options options = client_options(authority_);
  for (const std::vector<CipherSuiteId>& wanted :
       {std::vector{aes_128}, std::vector{chacha20}, std::vector{aes_128, chacha20}}) {
    options.cipher_suites = wanted;
    EXPECT_EQ(create_context(options).error(), US_QUIC_E_INVALID);
  }
}

// A policy narrows groups and signatures too, which the options have a say on.
TEST_F(CipherSuites, LeaveGroupsAndSignaturesAlone) {
  Options options = client_options(authority_);
  options.cipher_suites = {aes_256};
  options.groups = {Group::x25519};
  const std::unique_ptr<Context> client = make_context(options);
  const std::unique_ptr<Context> server =
      make_context(server_options(leaf_for(authority_, {"a.example"}, KeyType::ed25519)));
  Handshake handshake(*client, *server, "a.example");
  ASSERT_TRUE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.session->parameters().group, Group::x25519);
  EXPECT_EQ(handshake.client.session->parameters().signature_scheme, SignatureScheme::ed25519);
}

}  // namespace
}  // namespace usquic::tls::test
