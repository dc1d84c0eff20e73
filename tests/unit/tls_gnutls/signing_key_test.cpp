#include "tls/gnutls/signing_key.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "tls/gnutls/gnutls_handles.h"

namespace usquic::tls::gnutls {
namespace {

struct Kind {
  const char* name;
  gnutls_pk_algorithm_t algorithm;
  unsigned bits;
  gnutls_sign_algorithm_t signature;
};

class SigningKey : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    ASSERT_EQ(gnutls_x509_privkey_init(&raw_), 0);
    key_.reset(raw_);
    ASSERT_EQ(gnutls_x509_privkey_generate(raw_, GetParam().algorithm, GetParam().bits, 0), 0);
    ASSERT_EQ(gnutls_privkey_init(&signing_raw_), 0);
    signing_.reset(signing_raw_);
    ASSERT_EQ(import_signing_key(signing_raw_, raw_), 0);
  }

  // As a peer does it.
  int verify(const gnutls_datum_t& data, const gnutls_datum_t& signature) {
    gnutls_privkey_t whole = nullptr;
    gnutls_pubkey_t raw = nullptr;
    EXPECT_EQ(gnutls_privkey_init(&whole), 0);
    EXPECT_EQ(gnutls_pubkey_init(&raw), 0);
    const SigningKeyHandle whole_handle(whole);
    const PublicKeyHandle handle(raw);
    EXPECT_EQ(gnutls_privkey_import_x509(whole, raw_, 0), 0);
    EXPECT_EQ(gnutls_pubkey_import_privkey(raw, whole, 0, 0), 0);
    return gnutls_pubkey_verify_data2(raw, GetParam().signature, 0, &data, &signature);
  }

  gnutls_x509_privkey_t raw_ = nullptr;
  gnutls_privkey_t signing_raw_ = nullptr;
  PrivateKeyHandle key_;
  SigningKeyHandle signing_;
};

TEST_P(SigningKey, MakesSignaturesThatVerify) {
  for (int i = 0; i < 20; ++i) {
    const std::string text = "handshake " + std::to_string(i);
    const gnutls_datum_t data = datum_of(text);
    Datum signature;
    ASSERT_EQ(gnutls_privkey_sign_data2(signing_raw_, GetParam().signature, 0, &data, signature.out()), 0);
    EXPECT_GE(verify(data, signature.get()), 0);
    EXPECT_LT(verify(datum_of("another"), signature.get()), 0);
  }
}

TEST_P(SigningKey, SaysWhatItIs) {
  unsigned bits = 0;
  EXPECT_EQ(gnutls_privkey_get_pk_algorithm(signing_raw_, &bits), GetParam().algorithm);
  unsigned expected = 0;
  gnutls_x509_privkey_get_pk_algorithm2(raw_, &expected);
  EXPECT_EQ(bits, expected);
}

#ifdef USQUIC_TEST_LIBCRYPTO
TEST_P(SigningKey, IsLibcryptosWhereThatIsFaster) {
  const std::string_view name = GetParam().name;
  EXPECT_EQ(gnutls_privkey_get_type(signing_raw_) == GNUTLS_PRIVKEY_EXT, name != "P384" && name != "Ed25519");
}
#endif

INSTANTIATE_TEST_SUITE_P(
    Of, SigningKey,
    testing::Values(Kind{"P256", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                         GNUTLS_SIGN_ECDSA_SECP256R1_SHA256},
                    Kind{"P384", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1),
                         GNUTLS_SIGN_ECDSA_SECP384R1_SHA384},
                    Kind{"Ed25519", GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519),
                         GNUTLS_SIGN_EDDSA_ED25519},
                    Kind{"RSA", GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
                    Kind{"RSAWithALongHash", GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512},
                    Kind{"RSAPaddedAsPKCS1", GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_SHA256}),
    [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace usquic::tls::gnutls
