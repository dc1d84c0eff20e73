// Servers that are known by the hash of their certificate.
#include "tls/certificate_hashes.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "handshake.h"
#include "tls/certificate_validity.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

constexpr std::time_t seconds_per_day = 24 * 60 * 60;

class CertificateHashes : public testing::Test {
 protected:
  // DER, as a handshake that trusts the authority sees it.
  std::string der_of(const Identity& identity) {
    Options client = client_options(authority_);
    client.verify_server = false;
    const auto server_context = make_context(server_options(identity));
    const auto client_context = make_context(client);
    Handshake handshake(*client_context, *server_context, "a.example");
    EXPECT_TRUE(handshake.run().succeeded());
    return std::string(as_text(handshake.client.session->peer_certificate()));
  }

  CertificateHash hash_of(const Identity& identity) {
    CertificateHash hash{};
    EXPECT_TRUE(crypto::digest(hash, crypto::Hash::sha256, as_bytes(der_of(identity))));
    return hash;
  }

  // A client that trusts these alone, and asks for `name`.
  Handshake meet(const Identity& identity, std::vector<CertificateHash> hashes,
                 std::string_view name = "a.example") {
    Options options;
    options.alpn = {"h3"};
    options.certificate_hashes = std::move(hashes);
    server_ = make_context(server_options(identity));
    client_ = make_context(options);
    return Handshake(*client_, *server_, name);
  }

  Identity leaf(std::time_t valid_from, std::time_t valid_until) {
    return authority_.issue(
        {.dns_names = {"a.example"}, .valid_from = valid_from, .valid_until = valid_until});
  }

  Authority authority_;
  std::unique_ptr<Context> server_;
  std::unique_ptr<Context> client_;
};

TEST_F(CertificateHashes, TakeTheCertificateThatTheyAreOf) {
  const Identity identity = leaf(-60, 13 * seconds_per_day);
  Handshake handshake = meet(identity, {CertificateHash{}, hash_of(identity)});
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.client.session->is_authorized());
}

TEST_F(CertificateHashes, TakeItForAnyName) {
  const Identity identity = leaf(-60, 13 * seconds_per_day);
  EXPECT_TRUE(meet(identity, {hash_of(identity)}, "b.example").run().succeeded());
}

TEST_F(CertificateHashes, RefuseEveryOther) {
  const Identity identity = leaf(-60, 13 * seconds_per_day);
  Handshake handshake = meet(identity, {hash_of(leaf(-60, 13 * seconds_per_day))});
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_EQ(handshake.client.failure_text(), "its hash is not one that is trusted");
}

TEST_F(CertificateHashes, RefuseOneThatIsValidForMoreThan14Days) {
  const Identity identity = leaf(-60, 14 * seconds_per_day);
  Handshake handshake = meet(identity, {hash_of(identity)});
  EXPECT_FALSE(handshake.run().succeeded());
  EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_UNTRUSTED);
  const Identity just_short_enough = leaf(-60, 14 * seconds_per_day - 60);
  EXPECT_TRUE(meet(just_short_enough, {hash_of(just_short_enough)}).run().succeeded());
}

TEST_F(CertificateHashes, RefuseOneThatIsNotValidNow) {
  for (const Identity& identity :
       {leaf(-2 * seconds_per_day, -seconds_per_day), leaf(seconds_per_day, 2 * seconds_per_day)}) {
    Handshake handshake = meet(identity, {hash_of(identity)});
    EXPECT_FALSE(handshake.run().succeeded());
    EXPECT_EQ(handshake.client.failure(), US_QUIC_E_CERT_EXPIRED);
  }
}

TEST_F(CertificateHashes, DoNotCountWhereNobodyIsVerified) {
  const Identity identity = leaf(-60, seconds_per_day);
  Options options;
  options.alpn = {"h3"};
  options.certificate_hashes = {CertificateHash{}};
  options.verify_server = false;
  server_ = make_context(server_options(identity));
  client_ = make_context(options);
  Handshake handshake(*client_, *server_, "a.example");
  EXPECT_TRUE(handshake.run().succeeded());
  EXPECT_FALSE(handshake.client.session->is_authorized());
}

TEST_F(CertificateHashes, AreReadOneAfterTheOther) {
  const std::string two = std::string(32, 'a') + std::string(32, 'b');
  const std::vector<CertificateHash> hashes = certificate_hashes_of(as_bytes(two));
  ASSERT_EQ(hashes.size(), 2U);
  EXPECT_EQ(as_text(hashes[1]), std::string(32, 'b'));
  EXPECT_EQ(certificate_hashes_of(as_bytes(two).first(63)).size(), 1U);
  EXPECT_TRUE(certificate_hashes_of({}).empty());
}

TEST_F(CertificateHashes, ValidityIsReadFromTheCertificate) {
  const std::time_t now = std::time(nullptr);
  const std::string der = der_of(leaf(-60, seconds_per_day));
  const std::optional<Validity> validity = validity_of(as_bytes(der));
  ASSERT_TRUE(validity);
  EXPECT_NEAR(static_cast<double>(validity->not_before), static_cast<double>(now - 60), 30);
  EXPECT_NEAR(static_cast<double>(validity->not_after), static_cast<double>(now + seconds_per_day), 30);
}

// From 2050 on the time has four digits of the year (RFC 5280 section 4.1.2.5).
TEST_F(CertificateHashes, ValidityMayLieInALaterCentury) {
  const std::time_t in_100_years = 36'525 * seconds_per_day;
  const std::string der = der_of(leaf(-60, in_100_years));
  const std::optional<Validity> validity = validity_of(as_bytes(der));
  ASSERT_TRUE(validity);
  EXPECT_NEAR(static_cast<double>(validity->not_after),
              static_cast<double>(std::time(nullptr) + in_100_years), 30);
}

TEST_F(CertificateHashes, ACertificateThatIsCutShortHasNone) {
  const std::string der = der_of(leaf(-60, seconds_per_day));
  for (std::size_t length = 0; length < der.size(); ++length) {
    EXPECT_FALSE(validity_of(as_bytes(der).first(length))) << length;
  }
}

TEST_F(CertificateHashes, TimesThatAreNoneAreRefused) {
  const std::string der = der_of(leaf(-60, seconds_per_day));
  const std::size_t at = der.find("Z\x17\x0d");
  ASSERT_NE(at, std::string::npos);
  for (const char* wrong :
       {"990230000000Z", "991331000000Z", "99010124000-Z", "990101000060Z", "9901010000000"}) {
    std::string changed = der;
    changed.replace(at + 3, 13, wrong);
    EXPECT_FALSE(validity_of(as_bytes(changed))) << wrong;
  }
}

}  // namespace
}  // namespace usquic::tls::test
