#include "tls/gnutls/credentials.h"

#include <gnutls/x509.h>

#include <string>
#include <utility>
#include <vector>

#include "tls/first_flight.h"
#include "tls/gnutls/gnutls_handles.h"
#include "tls/gnutls/signing_key.h"
#include "tls/pem.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

using Chain = std::vector<CertificateHandle>;

int error_code(int gnutls_error, int otherwise) {
  return gnutls_error == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : otherwise;
}

Result<Chain> load_chain(const PemSource& source, const Logger& log) {
  Result<std::string> text = read_pem(source, log);
  if (!text) return Error{text.error()};
  const gnutls_datum_t pem = datum_of(*text);
  gnutls_x509_crt_t* list = nullptr;
  unsigned count = 0;
  const int result = gnutls_x509_crt_list_import2(&list, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
  if (result < 0) {
    log.log(LogLevel::error, "%s: no certificate could be read: %s", describe(source),
            gnutls_strerror(result));
    return Error{error_code(result, US_QUIC_E_CERT_PARSE)};
  }
  Chain chain;
  for (unsigned i = 0; i < count; ++i) chain.emplace_back(list[i]);
  gnutls_free(static_cast<void*>(list));
  if (chain.empty()) {
    log.log(LogLevel::error, "%s: no certificate in it", describe(source));
    return Error{US_QUIC_E_CERT_PARSE};
  }
  return chain;
}

// A wrong passphrase decrypts to noise, which can fail in any way; a well-formed container tells it apart
// from a malformed file.
bool is_passphrase_failure(KeyEncryption encryption, const gnutls_datum_t& pem, int import_error) {
  if (encryption == KeyEncryption::openssl) return import_error == GNUTLS_E_DECRYPTION_FAILED;
  if (encryption != KeyEncryption::pkcs8) return false;
  unsigned schema = 0;
  return gnutls_pkcs8_info(&pem, GNUTLS_X509_FMT_PEM, &schema, nullptr, nullptr, nullptr, nullptr, nullptr) ==
         0;
}

Result<PrivateKeyHandle> import_key(const std::string& text, const IdentitySource& source, const char* name,
                                    const Logger& log) {
  const KeyEncryption encryption = key_encryption_of(text);
  if (encryption != KeyEncryption::none && !source.passphrase.has_value()) {
    log.log(LogLevel::error, "%s: the private key is encrypted and no passphrase was given", name);
    return Error{US_QUIC_E_PASSPHRASE};
  }
  gnutls_x509_privkey_t raw = nullptr;
  if (gnutls_x509_privkey_init(&raw) < 0) return Error{US_QUIC_E_NOMEM};
  PrivateKeyHandle key(raw);
  const gnutls_datum_t pem = datum_of(text);
  const int result =
      encryption == KeyEncryption::none
          ? gnutls_x509_privkey_import2(raw, &pem, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN)
          : gnutls_x509_privkey_import2(raw, &pem, GNUTLS_X509_FMT_PEM, source.passphrase->c_str(), 0);
  if (result >= 0) return key;
  if (is_passphrase_failure(encryption, pem, result)) {
    log.log(LogLevel::error, "%s: the passphrase does not open the private key: %s", name,
            gnutls_strerror(result));
    return Error{US_QUIC_E_PASSPHRASE};
  }
  log.log(LogLevel::error, "%s: no private key could be read: %s", name, gnutls_strerror(result));
  return Error{error_code(result, US_QUIC_E_CERT_PARSE)};
}

Result<PrivateKeyHandle> load_key(const IdentitySource& source, const Logger& log) {
  const PemSource& place = source.key.is_given() ? source.key : source.certificate;
  Result<std::string> text = read_pem(place, log);
  if (!text) return Error{text.error()};
  Result<PrivateKeyHandle> key = import_key(*text, source, describe(place), log);
  wipe(*text);
  return key;
}

// Certificates in the form that credentials take over.
class PreparedChain {
 public:
  PreparedChain() = default;
  ~PreparedChain() {
    for (gnutls_pcert_st& certificate : certificates_) gnutls_pcert_deinit(&certificate);
  }
  PreparedChain(const PreparedChain&) = delete;
  PreparedChain& operator=(const PreparedChain&) = delete;

  // 0 or a negative GnuTLS error.
  int read(const Chain& chain) {
    std::vector<gnutls_x509_crt_t> list;
    for (const CertificateHandle& certificate : chain) list.push_back(certificate.get());
    certificates_.resize(list.size());
    auto count = static_cast<unsigned>(list.size());
    const int result =
        gnutls_pcert_import_x509_list(certificates_.data(), list.data(), &count, GNUTLS_X509_CRT_LIST_SORT);
    certificates_.resize(result < 0 ? 0 : count);
    return result;
  }
  // Certificates and key are theirs if that went well. 0 or a negative GnuTLS error.
  int move_to(gnutls_certificate_credentials_t credentials, SigningKeyHandle& key) {
    const int result = gnutls_certificate_set_key(credentials, nullptr, 0, certificates_.data(),
                                                  static_cast<int>(certificates_.size()), key.get());
    if (result < 0) return result;
    certificates_.clear();
    key.release();  // NOLINT(bugprone-unused-return-value)
    return 0;
  }

 private:
  std::vector<gnutls_pcert_st> certificates_;
};

// 0 or a negative GnuTLS error.
int fill(gnutls_certificate_credentials_t credentials, const Chain& chain, gnutls_x509_privkey_t key) {
  PreparedChain prepared;
  if (const int result = prepared.read(chain); result < 0) return result;
  gnutls_privkey_t raw = nullptr;
  if (const int result = gnutls_privkey_init(&raw); result < 0) return result;
  SigningKeyHandle signing(raw);
  if (const int result = import_signing_key(raw, key); result < 0) return result;
  return prepared.move_to(credentials, signing);
}

// Nothing is lost when making the shared object finds memory used up.
std::shared_ptr<const Credentials> shared(CredentialsHandle native, const TicketKeySet& ticket_keys) {
  auto credentials = std::make_shared<const Credentials>(native.get(), ticket_keys);
  native.release();  // NOLINT(bugprone-unused-return-value)
  return credentials;
}

Result<CredentialsHandle> new_credentials() {
  gnutls_certificate_credentials_t native = nullptr;
  if (gnutls_certificate_allocate_credentials(&native) < 0) return Error{US_QUIC_E_NOMEM};
  return CredentialsHandle(native);
}

// The certificates in DER.
std::size_t total_bytes(const Chain& chain) {
  std::size_t total = 0;
  for (const CertificateHandle& certificate : chain) {
    std::size_t bytes = 0;
    gnutls_x509_crt_export(certificate.get(), GNUTLS_X509_FMT_DER, nullptr, &bytes);
    total += bytes;
  }
  return total;
}

Result<TicketKeySet> ticket_keys_of(gnutls_certificate_credentials_t credentials,
                                    const TicketSecret& secret) {
  gnutls_datum_t leaf{};
  if (gnutls_certificate_get_crt_raw(credentials, 0, 0, &leaf) < 0) return Error{US_QUIC_E_TLS};
  return derive_ticket_keys(secret, {leaf.data, leaf.size});
}

}  // namespace

Result<std::shared_ptr<const Credentials>> Credentials::load(const IdentitySource& source,
                                                             const ContextState& state) {
  const Logger& log = state.log;
  if (!source.certificate.is_given()) {
    log.log(LogLevel::error, "%s: a private key was given without a certificate", describe(source.key));
    return Error{US_QUIC_E_CERT_FILE};
  }
  Result<Chain> chain = load_chain(source.certificate, log);
  if (!chain) return Error{chain.error()};
  Result<PrivateKeyHandle> key = load_key(source, log);
  if (!key) return Error{key.error()};
  Result<CredentialsHandle> native = new_credentials();
  if (!native) return Error{native.error()};

  const int result = fill(native->get(), *chain, key->get());
  if (result < 0) {
    log.log(LogLevel::error, "%s and %s: %s", describe(source.certificate), describe(source.key),
            gnutls_strerror(result));
    const bool is_mismatch = result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
    return Error{error_code(result, is_mismatch ? US_QUIC_E_CERT_MISMATCH : US_QUIC_E_CERT_PARSE)};
  }
  warn_of_long_chain(total_bytes(*chain), describe(source.certificate), log);
  Result<TicketKeySet> ticket_keys = ticket_keys_of(native->get(), state.ticket_secret);
  if (!ticket_keys) return Error{ticket_keys.error()};
  return shared(*std::move(native), *ticket_keys);
}

Result<std::shared_ptr<const Credentials>> Credentials::anonymous() {
  Result<CredentialsHandle> native = new_credentials();
  if (!native) return Error{native.error()};
  return shared(*std::move(native), {});
}

}  // namespace usquic::tls::gnutls
