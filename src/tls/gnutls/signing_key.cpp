#include "tls/gnutls/signing_key.h"

#ifdef USQUIC_LIBCRYPTO
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <new>

#include "tls/gnutls/gnutls_handles.h"
#endif

namespace usquic::tls::gnutls {

#ifdef USQUIC_LIBCRYPTO

namespace {

using Key = std::unique_ptr<EVP_PKEY, ReleaseWith<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, ReleaseWith<EVP_PKEY_CTX_free>>;

Key copy_key(gnutls_x509_privkey_t from) {
  Datum der;
  const int exported =
      gnutls_x509_privkey_export2_pkcs8(from, GNUTLS_X509_FMT_DER, nullptr, GNUTLS_PKCS_PLAIN, der.out());
  if (exported < 0) return nullptr;
  const unsigned char* place = der.get().data;
  Key key(d2i_AutoPrivateKey(nullptr, &place, static_cast<long>(der.get().size)));
  gnutls_memset(der.out()->data, 0, der.get().size);
  return key;
}

const EVP_MD* digest_of(gnutls_sign_algorithm_t algorithm) {
  switch (gnutls_sign_get_hash_algorithm(algorithm)) {
    case GNUTLS_DIG_SHA256:
      return EVP_sha256();
    case GNUTLS_DIG_SHA384:
      return EVP_sha384();
    case GNUTLS_DIG_SHA512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

// What GnuTLS asks of an RSA key: a DigestInfo to be padded as PKCS#1 has it, or a hash as RSASSA-PSS with a
// salt as long as the hash (RFC 8446 section 4.2.3).
bool set_padding(EVP_PKEY_CTX* context, gnutls_sign_algorithm_t algorithm) {
  if (algorithm == GNUTLS_SIGN_RSA_RAW) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  const EVP_MD* digest = digest_of(algorithm);
  return digest != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

// A key of libcrypto; GnuTLS calls it through the functions below.
class Signer {
 public:
  Signer(Key key, gnutls_pk_algorithm_t kind, unsigned bits)
      : key_(std::move(key)), kind_(kind), bits_(bits) {}

  gnutls_pk_algorithm_t kind() const { return kind_; }
  unsigned bits() const { return bits_; }

  int sign(gnutls_sign_algorithm_t algorithm, const gnutls_datum_t& hash, gnutls_datum_t& signature) const {
    const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1) return GNUTLS_E_PK_SIGN_FAILED;
    if (kind_ == GNUTLS_PK_RSA && !set_padding(context.get(), algorithm)) return GNUTLS_E_PK_SIGN_FAILED;
    auto length = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
    auto* bytes = static_cast<unsigned char*>(gnutls_malloc(length));
    if (bytes == nullptr) return GNUTLS_E_MEMORY_ERROR;
    if (EVP_PKEY_sign(context.get(), bytes, &length, hash.data, hash.size) != 1) {
      gnutls_free(bytes);
      return GNUTLS_E_PK_SIGN_FAILED;
    }
    signature = {bytes, static_cast<unsigned>(length)};
    return 0;
  }

 private:
  const Key key_;
  const gnutls_pk_algorithm_t kind_;
  const unsigned bits_;
};

int on_sign_hash(gnutls_privkey_t, gnutls_sign_algorithm_t algorithm, void* signer, unsigned,
                 const gnutls_datum_t* hash, gnutls_datum_t* signature) {
  return static_cast<const Signer*>(signer)->sign(algorithm, *hash, *signature);
}

void on_deinit(gnutls_privkey_t, void* signer) {
  delete static_cast<Signer*>(signer);
}

int on_info(gnutls_privkey_t, unsigned flags, void* of) {
  const auto& signer = *static_cast<const Signer*>(of);
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0) return signer.kind();
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0) return static_cast<int>(signer.bits());
  if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) == 0) return -1;
  const auto algorithm = static_cast<gnutls_sign_algorithm_t>(GNUTLS_FLAGS_TO_SIGN_ALGO(flags));
  return gnutls_sign_supports_pk_algorithm(algorithm, signer.kind()) != 0 ? 1 : 0;
}

bool is_p256(gnutls_x509_privkey_t key) {
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  return gnutls_x509_privkey_export_ecc_raw(key, &curve, nullptr, nullptr, nullptr) == 0 &&
         curve == GNUTLS_ECC_CURVE_SECP256R1;
}

std::unique_ptr<Signer> make_signer(gnutls_x509_privkey_t from) {
  unsigned bits = 0;
  const auto kind = static_cast<gnutls_pk_algorithm_t>(gnutls_x509_privkey_get_pk_algorithm2(from, &bits));
  const bool is_faster = kind == GNUTLS_PK_RSA || (kind == GNUTLS_PK_ECDSA && is_p256(from));
  if (!is_faster) return nullptr;
  Key key = copy_key(from);
  if (key == nullptr) return nullptr;
  return std::unique_ptr<Signer>(new (std::nothrow) Signer(std::move(key), kind, bits));
}

}  // namespace

int import_signing_key(gnutls_privkey_t out, gnutls_x509_privkey_t key) {
  std::unique_ptr<Signer> signer = make_signer(key);
  if (signer == nullptr) return gnutls_privkey_import_x509(out, key, GNUTLS_PRIVKEY_IMPORT_COPY);
  const int result =
      gnutls_privkey_import_ext4(out, signer.get(), nullptr, on_sign_hash, nullptr, on_deinit, on_info, 0);
  if (result == 0) signer.release();  // NOLINT(bugprone-unused-return-value): `out` owns it
  return result;
}

#else

int import_signing_key(gnutls_privkey_t out, gnutls_x509_privkey_t key) {
  return gnutls_privkey_import_x509(out, key, GNUTLS_PRIVKEY_IMPORT_COPY);
}

#endif

}  // namespace usquic::tls::gnutls
