// A certificate chain and its private key, loaded once and shared by every session that shows it.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>

#include "base/log.h"
#include "base/result.h"
#include "tls/context.h"

namespace usquic::tls {

class Credentials {
 public:
  // Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _CERT_MISMATCH, _PASSPHRASE, _NOMEM, each with a line to the
  // log. A source without a key is taken to hold the key in its certificate's PEM.
  static Result<std::shared_ptr<const Credentials>> load(const IdentitySource& source, const Logger& log);
  // No certificate: a client that stays anonymous.
  static Result<std::shared_ptr<const Credentials>> anonymous();

  explicit Credentials(gnutls_certificate_credentials_t native) : native_(native) {}
  ~Credentials() { gnutls_certificate_free_credentials(native_); }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  gnutls_certificate_credentials_t native() const { return native_; }

 private:
  gnutls_certificate_credentials_t native_;
};

}  // namespace usquic::tls
