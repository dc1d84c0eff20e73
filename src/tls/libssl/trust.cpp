#include "tls/libssl/trust.h"

#include <openssl/pem.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "tls/libssl/error_queue.h"
#include "tls/pem.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

// Where OpenSSL looks, by its environment variable or its own place.
bool is_there(const char* variable, const char* own_place) {
  const char* place = std::getenv(variable);
  return access(place != nullptr ? place : own_place, R_OK) == 0;
}

Result<void> load_system_roots(X509_STORE* store, const Logger& log) {
  if (!is_there(X509_get_default_cert_file_env(), X509_get_default_cert_file()) &&
      !is_there(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())) {
    log.log(LogLevel::warning, "the system has no trusted roots (package ca-certificates)");
  }
  if (X509_STORE_set_default_paths(store) == 1) return {};
  const QueuedError error = take_error(US_QUIC_E_CERT_PARSE);
  if (error.code == US_QUIC_E_NOMEM) return Error{error.code};
  log.log(LogLevel::warning, "the system's trusted roots cannot be loaded: %s", error.text.c_str());
  return {};
}

// Reads to the end, or to what is no certificate.
int add_all(X509_STORE* store, BIO* bio) {
  int count = 0;
  while (const CertificateHandle root{PEM_read_bio_X509_AUX(bio, nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, root.get()) != 1) break;
    ++count;
  }
  return count;
}

Result<void> add_roots(X509_STORE* store, const PemSource& source, const Logger& log) {
  Result<std::string> text = read_pem(source, log);
  if (!text) return Error{text.error()};
  const BioHandle bio = bio_of(*text);
  if (bio == nullptr) return Error{US_QUIC_E_NOMEM};
  const int count = add_all(store, bio.get());
  const QueuedError error = take_error(US_QUIC_E_CERT_PARSE);
  if (error.code == US_QUIC_E_NOMEM) return Error{error.code};
  if (count > 0) return {};
  log.log(LogLevel::error, "%s: no trusted root could be read: %s", describe(source), error.text.c_str());
  return Error{error.code};
}

}  // namespace

Result<std::unique_ptr<Trust>> Trust::load(const PemSource& source, const PemSource& extra,
                                           const Logger& log) {
  StoreHandle store(X509_STORE_new());
  // A certificate that is given is trusted, also where it is no authority's: so is a server's own.
  if (store == nullptr || X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) != 1)
    return Error{US_QUIC_E_NOMEM};
  Result<void> loaded =
      source.is_given() ? add_roots(store.get(), source, log) : load_system_roots(store.get(), log);
  if (loaded && extra.is_given()) loaded = add_roots(store.get(), extra, log);
  if (!loaded) return Error{loaded.error()};
  return std::make_unique<Trust>(std::move(store));
}

}  // namespace usquic::tls::libssl
