#include "tls/development_certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "handshake.h"
#include "usquic/quic.h"

namespace usquic::tls::test {
namespace {

// Another program's eyes, whatever library made the certificate.
struct FreeCertificate {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
struct FreeKey {
  void operator()(gnutls_pubkey_t key) const { gnutls_pubkey_deinit(key); }
};
using CertificateHandle = std::unique_ptr<gnutls_x509_crt_int, FreeCertificate>;
using PublicKeyHandle = std::unique_ptr<gnutls_pubkey_st, FreeKey>;

gnutls_datum_t datum_of(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

constexpr std::time_t day = 24 * 3600;

CertificateHandle parse(std::string_view pem) {
  gnutls_x509_crt_t raw = nullptr;
  gnutls_x509_crt_init(&raw);
  CertificateHandle certificate(raw);
  const gnutls_datum_t datum = datum_of(pem);
  EXPECT_EQ(gnutls_x509_crt_import(raw, &datum, GNUTLS_X509_FMT_PEM), 0);
  return certificate;
}

DevelopmentCertificate make(unsigned days = 14, std::string_view host = "devbox.example") {
  return *make_development_certificate(days, host, std::time(nullptr));
}

TEST(DevelopmentCertificate, IsAcceptedForItsNamesByWhoTrustsIt) {
  const DevelopmentCertificate made = make();
  const std::unique_ptr<Context> server = make_context(server_options({made.certificate, made.key}));
  Options options;
  options.alpn = {"h3"};
  options.trust.text = made.certificate;
  const std::unique_ptr<Context> client = make_context(options);
  for (const char* name : {"localhost", "127.0.0.1", "::1", "devbox.example"}) {
    Handshake handshake(*client, *server, name);
    EXPECT_TRUE(handshake.run().succeeded()) << name << ": " << handshake.client.failure_text();
  }
  EXPECT_FALSE(Handshake(*client, *server, "other.example").run().succeeded());
}

TEST(DevelopmentCertificate, IsEcdsaP256AndNoAuthority) {
  const CertificateHandle certificate = parse(make().certificate);
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  EXPECT_EQ(gnutls_x509_crt_get_pk_ecc_raw(certificate.get(), &curve, nullptr, nullptr), 0);
  EXPECT_EQ(curve, GNUTLS_ECC_CURVE_SECP256R1);
  unsigned critical = 0;
  unsigned authority = 1;
  EXPECT_EQ(gnutls_x509_crt_get_basic_constraints(certificate.get(), &critical, &authority, nullptr), 0);
  EXPECT_EQ(authority, 0U);
  EXPECT_EQ(gnutls_x509_crt_check_issuer(certificate.get(), certificate.get()), 1U);
  EXPECT_EQ(gnutls_x509_crt_check_key_purpose(certificate.get(), GNUTLS_KP_TLS_WWW_SERVER, 0), 1U);
}

TEST(DevelopmentCertificate, IsValidFromAnHourAgoForTheDaysAskedFor) {
  const std::time_t now = std::time(nullptr);
  const CertificateHandle certificate = parse(make_development_certificate(14, "", now)->certificate);
  EXPECT_EQ(gnutls_x509_crt_get_activation_time(certificate.get()), now - 3600);
  EXPECT_EQ(gnutls_x509_crt_get_expiration_time(certificate.get()), now - 3600 + 14 * day);
}

TEST(DevelopmentCertificate, HasARandomPositiveSerial) {
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i) {
    std::array<char, 32> serial{};
    std::size_t size = serial.size();
    ASSERT_EQ(gnutls_x509_crt_get_serial(parse(make().certificate).get(), serial.data(), &size), 0);
    EXPECT_EQ(size, 16U);
    EXPECT_EQ(serial[0] & 0x80, 0);
    serials.emplace(serial.data(), size);
  }
  EXPECT_EQ(serials.size(), 20U);
}

TEST(DevelopmentCertificate, HashIsThatOfThePublicKey) {
  const DevelopmentCertificate made = make();
  gnutls_pubkey_t raw = nullptr;
  gnutls_pubkey_init(&raw);
  const PublicKeyHandle key(raw);
  ASSERT_EQ(gnutls_pubkey_import_x509(raw, parse(made.certificate).get(), 0), 0);
  std::array<unsigned char, 32> id{};
  std::size_t size = id.size();
  // GnuTLS's key id is the SHA-256 of the SubjectPublicKeyInfo too.
  ASSERT_EQ(gnutls_pubkey_get_key_id(raw, GNUTLS_KEYID_USE_SHA256, id.data(), &size), 0);
  gnutls_datum_t decoded{};
  const gnutls_datum_t text = datum_of(made.hash);
  ASSERT_EQ(gnutls_base64_decode2(&text, &decoded), 0);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(decoded.data), decoded.size),
            std::string(reinterpret_cast<const char*>(id.data()), id.size()));
  gnutls_free(decoded.data);
  EXPECT_EQ(made.hash.size(), 44U);
}

TEST(DevelopmentCertificate, LeavesOutAHostNameThatCannotBeInIt) {
  for (const char* host : {"", "localhost", "not a name", "10.0.0.1"}) {
    const CertificateHandle certificate = parse(make(14, host).certificate);
    std::array<char, 256> name{};
    std::size_t size = name.size();
    int names = 0;
    for (unsigned i = 0; i < 8; ++i) {
      size = name.size();
      const int type =
          gnutls_x509_crt_get_subject_alt_name(certificate.get(), i, name.data(), &size, nullptr);
      if (type == GNUTLS_SAN_DNSNAME) ++names;
    }
    EXPECT_EQ(names, 1) << host;
  }
}

TEST(DevelopmentCertificate, RefusesAbsurdPeriods) {
  const std::time_t now = std::time(nullptr);
  EXPECT_EQ(make_development_certificate(0, "", now).error(), US_QUIC_E_INVALID);
  EXPECT_EQ(make_development_certificate(~0U, "", now).error(), US_QUIC_E_INVALID);
  EXPECT_EQ(make_development_certificate(36525, "", now).error(), 0);
}

TEST(DevelopmentCertificateApi, WritesTextsAndHash) {
  std::array<char, 4096> certificate{};
  std::array<char, 4096> key{};
  std::array<char, 45> hash{};
  hash.fill('x');
  ASSERT_EQ(us_quic_development_certificate(14, certificate.data(), certificate.size(), key.data(),
                                            key.size(), hash.data()),
            0);
  EXPECT_EQ(std::string_view(hash.data()).size(), 44U);
  EXPECT_TRUE(std::string_view(certificate.data()).starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_TRUE(std::string_view(key.data()).starts_with("-----BEGIN PRIVATE KEY-----"));
  EXPECT_NE(make_context(server_options({certificate.data(), key.data()})), nullptr);
  EXPECT_EQ(us_quic_development_certificate(14, certificate.data(), certificate.size(), key.data(),
                                            key.size(), nullptr),
            0);
}

TEST(DevelopmentCertificateApi, WritesNothingIntoABufferThatIsTooSmall) {
  std::array<char, 4096> large{};
  std::array<char, 64> small{};
  small.fill('x');
  const std::array<char, 64> before = small;
  EXPECT_EQ(
      us_quic_development_certificate(14, small.data(), small.size(), large.data(), large.size(), nullptr),
      US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(
      us_quic_development_certificate(14, large.data(), large.size(), small.data(), small.size(), nullptr),
      US_QUIC_E_TOO_LARGE);
  EXPECT_EQ(small, before);
  EXPECT_EQ(large[0], '\0');
}

TEST(DevelopmentCertificateApi, RefusesMissingBuffers) {
  std::array<char, 4096> large{};
  EXPECT_EQ(us_quic_development_certificate(14, nullptr, 0, large.data(), large.size(), nullptr),
            US_QUIC_E_INVALID);
}

TEST(CertificateHash, IsThatOfTheDerOfTheFirstCertificate) {
  const DevelopmentCertificate made = make();
  const CertificateHandle certificate = parse(made.certificate);
  std::array<unsigned char, 32> digest{};
  std::size_t size = digest.size();
  ASSERT_EQ(gnutls_x509_crt_get_fingerprint(certificate.get(), GNUTLS_DIG_SHA256, digest.data(), &size), 0);
  gnutls_datum_t text{};
  const gnutls_datum_t bytes{digest.data(), static_cast<unsigned>(size)};
  ASSERT_EQ(gnutls_base64_encode2(&bytes, &text), 0);
  const std::string expected(reinterpret_cast<const char*>(text.data), text.size);
  gnutls_free(text.data);

  const std::string chain = "a line before\n" + made.certificate + make().certificate;
  std::array<char, 45> hash{};
  EXPECT_EQ(us_quic_certificate_hash(chain.data(), chain.size(), hash.data()), US_QUIC_OK);
  EXPECT_EQ(hash.data(), expected);
}

TEST(CertificateHash, RefusesWhatIsNoCertificate) {
  std::array<char, 45> hash{};
  const DevelopmentCertificate made = make();
  const std::string cut = made.certificate.substr(0, made.certificate.size() / 2);
  for (const std::string& text : {std::string(), made.key, cut,
                                  std::string("-----BEGIN CERTIFICATE-----\n*\n"
                                              "-----END CERTIFICATE-----\n")}) {
    EXPECT_EQ(us_quic_certificate_hash(text.data(), text.size(), hash.data()), US_QUIC_E_CERT_PARSE);
  }
  EXPECT_EQ(us_quic_certificate_hash(nullptr, 0, hash.data()), US_QUIC_E_INVALID);
}

}  // namespace
}  // namespace usquic::tls::test
