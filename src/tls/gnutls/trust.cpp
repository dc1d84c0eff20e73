#include "tls/gnutls/trust.h"

#include <array>
#include <string>
#include <utility>

#include "tls/gnutls/gnutls_handles.h"
#include "tls/pem.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

void load_system_roots(Trust& trust, const Logger& log) {
  // Where systems have their roots in one file. GnuTLS knows the place of the system that it was built for; a program that
  // brings its GnuTLS along runs on others. Not static: addresses in it would make it writable.
  const std::array bundle_files = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL, of before
      "/var/lib/ca-certificates/ca-bundle.pem",             // openSUSE, SLES
      "/etc/ssl/ca-bundle.pem",                             // openSUSE, SLES, of before
      "/etc/ssl/certs/ca-bundle.crt",                       // NixOS
      "/etc/ssl/cert.pem",                                  // Alpine
  };
  const int result = gnutls_x509_trust_list_add_system_trust(trust.native(), 0, 0);
  if (result > 0 || add_first_bundle(trust, bundle_files) > 0) return;
  if (result < 0 && result != GNUTLS_E_FILE_ERROR) {
    log.log(LogLevel::warning, "the system's trusted roots cannot be loaded: %s", gnutls_strerror(result));
  } else {
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

int add_first_bundle(Trust& trust, std::span<const char* const> files) {
  for (const char* file : files) {
    const int count =
        gnutls_x509_trust_list_add_trust_file(trust.native(), file, nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
    if (count > 0) return count;
  }
  return 0;
}

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
