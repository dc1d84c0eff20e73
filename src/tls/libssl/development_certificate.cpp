#include "tls/development_certificate.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "crypto/digest.h"
#include "tls/host_name.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/handles.h"
#include "usquic/error.h"

namespace usquic::tls {
namespace {

using namespace libssl;

constexpr std::string_view common_name = DevelopmentValidity::common_name;

bool set_serial(X509* certificate) {
  std::array<std::uint8_t, 16> serial{};
  if (RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return false;
  // RFC 5280 section 4.1.2.2: positive, and here never short.
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40);
  const std::unique_ptr<BIGNUM, ReleaseWith<BN_free>> number(
      BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  return number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Issuer and subject are the same.
bool set_names(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text,
                                    static_cast<int>(common_name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool set_times(X509* certificate, const DevelopmentValidity& validity) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), validity.begin) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), validity.end) != nullptr;
}

bool add(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, ReleaseWith<X509_EXTENSION_free>> extension(
      X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// The names that a browser on this machine asks for.
std::string alternative_names(std::string_view host_name) {
  std::string names = "DNS:" + std::string(common_name);
  const std::optional<std::string> host = normalize_host_name(host_name);
  if (host.has_value() && *host != common_name && !is_ip_address(*host)) names += ",DNS:" + *host;
  return names + ",IP:127.0.0.1,IP:::1";
}

// Not an authority: who trusts it trusts this one key for these names, and clients that refuse an authority
// as a server's certificate (webpki, Firefox) take it too.
bool fill(X509* certificate, EVP_PKEY* key, const DevelopmentValidity& validity, std::string_view host_name) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         X509_set_pubkey(certificate, key) == 1 && set_names(certificate) &&
         set_times(certificate, validity) &&
         add(certificate, NID_subject_alt_name, alternative_names(host_name)) &&
         add(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add(certificate, NID_key_usage, "critical,digitalSignature") &&
         add(certificate, NID_ext_key_usage, "serverAuth") &&
         add(certificate, NID_subject_key_identifier, "hash") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

// What was written to it; "": the writing failed.
template <class Write>
std::string text_written(Write write) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || write(bio.get()) != 1) return {};
  char* text = nullptr;
  const long length = BIO_ctrl(bio.get(), BIO_CTRL_INFO, 0, static_cast<void*>(&text));
  return std::string(text, static_cast<std::size_t>(length));
}

// base64 of the SHA-256 of the SubjectPublicKeyInfo; "": it failed.
std::string hash_of_public_key(EVP_PKEY* key) {
  std::array<std::uint8_t, 32> hash{};
  std::uint8_t* info = nullptr;
  const int length = i2d_PUBKEY(key, &info);
  const std::unique_ptr<std::uint8_t, ReleaseWith<[](std::uint8_t* memory) { OPENSSL_free(memory); }>> owner(
      info);
  if (length <= 0 || !crypto::digest(hash, crypto::Hash::sha256, {info, static_cast<std::size_t>(length)}))
    return {};
  std::array<std::uint8_t, 4 * ((32 + 2) / 3) + 1> text{};
  const auto text_length =
      static_cast<std::size_t>(EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size())));
  return std::string(as_text(Bytes(text).first(text_length)));
}

}  // namespace

Result<DevelopmentCertificate> make_development_certificate(unsigned days, std::string_view host_name,
                                                            std::time_t now) {
  const auto validity = DevelopmentValidity::of(days, now);
  if (!validity) return Error{US_QUIC_E_INVALID};
  clear_errors();
  const KeyHandle key = make_p256_key();
  const CertificateHandle certificate(X509_new());
  DevelopmentCertificate made;
  if (key != nullptr && certificate != nullptr && fill(certificate.get(), key.get(), *validity, host_name)) {
    made.certificate = text_written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
    made.key = text_written([&](BIO* bio) {
      return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    made.hash = hash_of_public_key(key.get());
  }
  clear_errors();
  if (made.certificate.empty() || made.key.empty() || made.hash.empty()) return Error{US_QUIC_E_TLS};
  return made;
}

}  // namespace usquic::tls
