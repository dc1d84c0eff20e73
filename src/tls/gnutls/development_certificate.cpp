#include "tls/development_certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "tls/gnutls/gnutls_handles.h"
#include "tls/host_name.h"
#include "usquic/error.h"

namespace usquic::tls {
namespace {

using namespace gnutls;

constexpr std::string_view common_name = DevelopmentValidity::common_name;

// Keeps the first error of a row of calls.
class Outcome {
 public:
  void note(int gnutls_result) {
    if (result_ >= 0 && gnutls_result < 0) result_ = gnutls_result;
  }
  bool is_good() const { return result_ >= 0; }

 private:
  int result_ = 0;
};

int set_serial(gnutls_x509_crt_t certificate) {
  std::array<std::uint8_t, 16> serial{};
  const int result = gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size());
  if (result < 0) return result;
  // RFC 5280 section 4.1.2.2: positive, and here never short.
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40);
  return gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size());
}

int add_name(gnutls_x509_crt_t certificate, gnutls_x509_subject_alt_name_t type, std::string_view bytes) {
  return gnutls_x509_crt_set_subject_alt_name(certificate, type, bytes.data(),
                                              static_cast<unsigned>(bytes.size()), GNUTLS_FSAN_APPEND);
}

int set_key_ids(gnutls_x509_crt_t certificate) {
  std::array<std::uint8_t, 64> id{};
  std::size_t size = id.size();
  const int result = gnutls_x509_crt_get_key_id(certificate, 0, id.data(), &size);
  if (result < 0) return result;
  return gnutls_x509_crt_set_subject_key_id(certificate, id.data(), size);
}

// The names that a browser on this machine asks for.
void add_names(gnutls_x509_crt_t certificate, std::string_view host_name, Outcome& outcome) {
  using namespace std::string_view_literals;
  outcome.note(add_name(certificate, GNUTLS_SAN_DNSNAME, common_name));
  const std::optional<std::string> host = normalize_host_name(host_name);
  if (host.has_value() && *host != common_name && !is_ip_address(*host))
    outcome.note(add_name(certificate, GNUTLS_SAN_DNSNAME, *host));
  outcome.note(add_name(certificate, GNUTLS_SAN_IPADDRESS, "\x7F\0\0\1"sv));
  outcome.note(add_name(certificate, GNUTLS_SAN_IPADDRESS, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv));
}

// Not an authority: who trusts it trusts this one key for these names, and clients that refuse an authority
// as a server's certificate (webpki, Firefox) take it too.
void fill(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const DevelopmentValidity& validity,
          std::string_view host_name, Outcome& outcome) {
  outcome.note(gnutls_x509_crt_set_version(certificate, 3));
  outcome.note(set_serial(certificate));
  outcome.note(gnutls_x509_crt_set_key(certificate, key));
  outcome.note(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, common_name.data(),
                                             static_cast<unsigned>(common_name.size())));
  outcome.note(gnutls_x509_crt_set_activation_time(certificate, validity.begin));
  outcome.note(gnutls_x509_crt_set_expiration_time(certificate, validity.end));
  add_names(certificate, host_name, outcome);
  outcome.note(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1));
  outcome.note(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
  outcome.note(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0));
  outcome.note(set_key_ids(certificate));
  outcome.note(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
}

std::string hash_of_public_key(gnutls_x509_crt_t certificate, Outcome& outcome) {
  gnutls_pubkey_t raw = nullptr;
  outcome.note(gnutls_pubkey_init(&raw));
  if (!outcome.is_good()) return {};
  const PublicKeyHandle key(raw);
  Datum info;
  outcome.note(gnutls_pubkey_import_x509(raw, certificate, 0));
  if (outcome.is_good()) outcome.note(gnutls_pubkey_export2(raw, GNUTLS_X509_FMT_DER, info.out()));
  if (!outcome.is_good()) return {};
  std::array<char, 32> digest{};
  outcome.note(gnutls_hash_fast(GNUTLS_DIG_SHA256, info.get().data, info.get().size, digest.data()));
  const gnutls_datum_t input = datum_of({digest.data(), digest.size()});
  Datum text;
  outcome.note(gnutls_base64_encode2(&input, text.out()));
  return std::string(text.text());
}

}  // namespace

Result<DevelopmentCertificate> make_development_certificate(unsigned days, std::string_view host_name,
                                                            std::time_t now) {
  const auto validity = DevelopmentValidity::of(days, now);
  if (!validity) return Error{US_QUIC_E_INVALID};
  gnutls_x509_privkey_t raw_key = nullptr;
  if (gnutls_x509_privkey_init(&raw_key) < 0) return Error{US_QUIC_E_TLS};
  const PrivateKeyHandle key(raw_key);
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) < 0) return Error{US_QUIC_E_TLS};
  const CertificateHandle certificate(raw);

  Outcome outcome;
  outcome.note(gnutls_x509_privkey_generate(raw_key, GNUTLS_PK_ECDSA,
                                            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
  if (outcome.is_good()) fill(raw, raw_key, *validity, host_name, outcome);
  Datum certificate_pem;
  Datum key_pem;
  outcome.note(gnutls_x509_crt_export2(raw, GNUTLS_X509_FMT_PEM, certificate_pem.out()));
  outcome.note(gnutls_x509_privkey_export2_pkcs8(raw_key, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN,
                                                 key_pem.out()));
  std::string hash = hash_of_public_key(raw, outcome);
  if (!outcome.is_good()) return Error{US_QUIC_E_TLS};
  return DevelopmentCertificate{std::string(certificate_pem.text()), std::string(key_pem.text()),
                                std::move(hash)};
}

}  // namespace usquic::tls
