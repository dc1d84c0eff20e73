#include "support/certificates.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <array>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace usquic::test {
namespace {

// A test that cannot make its certificates cannot go on; GoogleTest reports the exception.
void require(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + gnutls_strerror(result));
}

struct KeyDeleter {
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
};
struct CertificateDeleter {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
using Key = std::unique_ptr<gnutls_x509_privkey_int, KeyDeleter>;
using Certificate = std::unique_ptr<gnutls_x509_crt_int, CertificateDeleter>;

std::string take_text(gnutls_datum_t datum) {
  std::string text(reinterpret_cast<const char*>(datum.data), datum.size);
  gnutls_free(datum.data);
  return text;
}

Key new_key() {
  gnutls_x509_privkey_t key = nullptr;
  require(gnutls_x509_privkey_init(&key), "privkey_init");
  return Key(key);
}

Key generate_key(KeyType type) {
  Key key = new_key();
  gnutls_pk_algorithm_t algorithm = GNUTLS_PK_ECDSA;
  unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  switch (type) {
    case KeyType::ecdsa_p256:
      break;
    case KeyType::ecdsa_p384:
      bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
      break;
    case KeyType::ed25519:
      algorithm = GNUTLS_PK_EDDSA_ED25519;
      bits = 0;
      break;
    case KeyType::rsa_2048:
      algorithm = GNUTLS_PK_RSA;
      bits = 2048;
      break;
  }
  require(gnutls_x509_privkey_generate(key.get(), algorithm, bits, 0), "privkey_generate");
  return key;
}

Certificate new_certificate(gnutls_x509_privkey_t key, const std::string& common_name, std::int64_t from,
                            std::int64_t until) {
  gnutls_x509_crt_t raw = nullptr;
  require(gnutls_x509_crt_init(&raw), "crt_init");
  Certificate certificate(raw);
  std::array<std::uint8_t, 16> serial{};
  require(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()), "rnd");
  serial[0] = (serial[0] & 0x7F) | 0x40;  // RFC 5280 4.1.2.2: positive
  require(gnutls_x509_crt_set_version(raw, 3), "set_version");
  require(gnutls_x509_crt_set_serial(raw, serial.data(), serial.size()), "set_serial");
  require(gnutls_x509_crt_set_key(raw, key), "set_key");
  require(gnutls_x509_crt_set_dn_by_oid(raw, GNUTLS_OID_X520_COMMON_NAME, 0, common_name.data(),
                                        static_cast<unsigned>(common_name.size())),
          "set_dn");
  require(gnutls_x509_crt_set_activation_time(raw, std::time(nullptr) + from), "set_activation_time");
  require(gnutls_x509_crt_set_expiration_time(raw, std::time(nullptr) + until), "set_expiration_time");
  std::array<std::uint8_t, 64> id{};
  std::size_t id_size = id.size();
  require(gnutls_x509_crt_get_key_id(raw, 0, id.data(), &id_size), "get_key_id");
  require(gnutls_x509_crt_set_subject_key_id(raw, id.data(), id_size), "set_subject_key_id");
  return certificate;
}

void sign(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer, gnutls_x509_privkey_t issuer_key) {
  std::array<std::uint8_t, 64> id{};
  std::size_t id_size = id.size();
  require(gnutls_x509_crt_get_subject_key_id(issuer, id.data(), &id_size, nullptr), "get_subject_key_id");
  require(gnutls_x509_crt_set_authority_key_id(certificate, id.data(), id_size), "set_authority_key_id");
  require(gnutls_x509_crt_sign2(certificate, issuer, issuer_key, GNUTLS_DIG_SHA256, 0), "sign");
}

std::string export_certificate(gnutls_x509_crt_t certificate) {
  gnutls_datum_t pem{};
  require(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), "crt_export");
  return take_text(pem);
}

std::string export_key(gnutls_x509_privkey_t key, const char* passphrase, unsigned flags) {
  gnutls_datum_t pem{};
  require(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, passphrase, flags, &pem),
          "privkey_export");
  return take_text(pem);
}

void add_text_name(gnutls_x509_crt_t certificate, gnutls_x509_subject_alt_name_t type,
                   const std::string& text) {
  require(gnutls_x509_crt_set_subject_alt_name(certificate, type, text.data(),
                                               static_cast<unsigned>(text.size()), GNUTLS_FSAN_APPEND),
          "set_subject_alt_name");
}

void add_ip_address(gnutls_x509_crt_t certificate, const std::string& text) {
  std::array<std::uint8_t, 16> address{};
  unsigned length = 4;
  if (inet_pton(AF_INET, text.c_str(), address.data()) != 1) {
    length = 16;
    if (inet_pton(AF_INET6, text.c_str(), address.data()) != 1)
      throw std::runtime_error("not an IP address: " + text);
  }
  require(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address.data(), length,
                                               GNUTLS_FSAN_APPEND),
          "set_subject_alt_name");
}

}  // namespace

struct Authority::State {
  Key key;
  Certificate certificate;
  std::string pem;
  std::string chain;  // intermediates from this authority up, without the root
};

Authority::Authority(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Authority::Authority(std::string_view common_name) : state_(std::make_unique<State>()) {
  state_->key = generate_key(KeyType::ecdsa_p256);
  constexpr std::int64_t year = 365 * 24 * 3600;
  state_->certificate = new_certificate(state_->key.get(), std::string(common_name), -year, year);
  gnutls_x509_crt_t root = state_->certificate.get();
  require(gnutls_x509_crt_set_basic_constraints(root, 1, -1), "set_basic_constraints");
  require(gnutls_x509_crt_set_key_usage(root, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN),
          "set_key_usage");
  sign(root, root, state_->key.get());
  state_->pem = export_certificate(root);
}

const std::string& Authority::certificate() const {
  return state_->pem;
}

Authority Authority::intermediate(std::string_view common_name) const {
  auto state = std::make_unique<State>();
  state->key = generate_key(KeyType::ecdsa_p256);
  constexpr std::int64_t month = 30 * 24 * 3600;
  state->certificate = new_certificate(state->key.get(), std::string(common_name), -month, month);
  gnutls_x509_crt_t certificate = state->certificate.get();
  require(gnutls_x509_crt_set_basic_constraints(certificate, 1, 0), "set_basic_constraints");
  require(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN), "set_key_usage");
  sign(certificate, state_->certificate.get(), state_->key.get());
  state->pem = export_certificate(certificate);
  state->chain = state->pem + state_->chain;
  return Authority(std::move(state));
}

Identity Authority::issue(const LeafOptions& options) const {
  const Key key = generate_key(options.key_type);
  const Certificate leaf =
      new_certificate(key.get(), options.common_name, options.valid_from, options.valid_until);
  require(gnutls_x509_crt_set_basic_constraints(leaf.get(), 0, -1), "set_basic_constraints");
  require(gnutls_x509_crt_set_key_usage(leaf.get(), GNUTLS_KEY_DIGITAL_SIGNATURE), "set_key_usage");
  const char* purpose = options.for_clients ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER;
  require(gnutls_x509_crt_set_key_purpose_oid(leaf.get(), purpose, 0), "set_key_purpose");
  for (const std::string& uri : options.uris) add_text_name(leaf.get(), GNUTLS_SAN_URI, uri);
  for (const std::string& name : options.dns_names) add_text_name(leaf.get(), GNUTLS_SAN_DNSNAME, name);
  for (const std::string& address : options.ip_addresses) add_ip_address(leaf.get(), address);
  sign(leaf.get(), state_->certificate.get(), state_->key.get());
  return {export_certificate(leaf.get()) + state_->chain, export_key(key.get(), nullptr, GNUTLS_PKCS_PLAIN)};
}

Identity leaf_for(const Authority& authority, std::vector<std::string> dns_names, KeyType key_type) {
  LeafOptions options;
  if (!dns_names.empty()) options.common_name = dns_names.front();
  options.dns_names = std::move(dns_names);
  options.key_type = key_type;
  return authority.issue(options);
}

Identity large_leaf_for(const Authority& authority, const std::string& dns_name) {
  std::vector<std::string> names{dns_name};
  for (int i = 0; i < 100; ++i)
    names.push_back("one-of-very-many-names-" + std::to_string(i) + ".of-this-server.example");
  return leaf_for(authority, std::move(names));
}

std::string encrypt_key(const std::string& key_pem, const std::string& passphrase,
                        KeyEncryptionScheme scheme) {
  const Key key = new_key();
  std::string text = key_pem;
  const gnutls_datum_t pem{reinterpret_cast<unsigned char*>(text.data()), static_cast<unsigned>(text.size())};
  require(gnutls_x509_privkey_import2(key.get(), &pem, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN),
          "privkey_import");
  return export_key(
      key.get(), passphrase.c_str(),
      scheme == KeyEncryptionScheme::pkcs12_3des ? GNUTLS_PKCS_PKCS12_3DES : GNUTLS_PKCS_PBES2_AES_256);
}

std::string common_name(std::span<const std::uint8_t> der) {
  gnutls_x509_crt_t raw = nullptr;
  require(gnutls_x509_crt_init(&raw), "crt_init");
  const Certificate certificate(raw);
  const gnutls_datum_t datum{const_cast<unsigned char*>(der.data()), static_cast<unsigned>(der.size())};
  require(gnutls_x509_crt_import(raw, &datum, GNUTLS_X509_FMT_DER), "crt_import");
  std::array<char, 256> name{};
  std::size_t size = name.size();
  require(gnutls_x509_crt_get_dn_by_oid(raw, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name.data(), &size),
          "get_dn_by_oid");
  return std::string(name.data(), size);
}

}  // namespace usquic::test
