#include "tls/gnutls/trust.h"

#include <string>
#include <utility>

#include "tls/gnutls/gnutls_handles.h"
#include "tls/pem.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

void load_system_roots(Trust& trust, const Logger& log) {
  const int result = gnutls_x509_trust_list_add_system_trust(trust.native(), 0, 0);
  if (result < 0) {
    log.log(LogLevel::warning, "the system's trusted roots cannot be loaded: %s", gnutls_strerror(result));
  } else if (result == 0) {
    log.log(LogLevel::warning, "the system has no trusted roots (package ca-certificates)");
  }
}

Result<void> add_roots(Trust& trust, const PemSource& source, const Logger& log) {
  Result<std::string> text = read_pem(source, log);
  if (!text) return Error{text.error()};
  const gnutls_datum_t pem = datum_of(*text);
  const int result =
      gnutls_x509_trust_list_add_trust_mem(trust.native(), &pem, nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
  if (result > 0) return {};
  log.log(LogLevel::error, "%s: no trusted root could be read: %s", describe(source),
          gnutls_strerror(result < 0 ? result : GNUTLS_E_NO_CERTIFICATE_FOUND));
  return Error{result == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : US_QUIC_E_CERT_PARSE};
}

}  // namespace

Result<std::unique_ptr<Trust>> Trust::load(const PemSource& source, const PemSource& extra,
                                           const Logger& log) {
  gnutls_x509_trust_list_t native = nullptr;
  if (gnutls_x509_trust_list_init(&native, 0) < 0) return Error{US_QUIC_E_NOMEM};
  auto trust = std::make_unique<Trust>(native);
  if (source.is_given()) {
    if (Result<void> added = add_roots(*trust, source, log); !added) return Error{added.error()};
  } else {
    load_system_roots(*trust, log);
  }
  if (extra.is_given()) {
    if (Result<void> added = add_roots(*trust, extra, log); !added) return Error{added.error()};
  }
  return trust;
}

}  // namespace usquic::tls::gnutls
