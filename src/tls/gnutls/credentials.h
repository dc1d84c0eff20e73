// A certificate chain and its private key, loaded once and shared by every session that shows it.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>

#include "base/result.h"
#include "tls/context_state.h"

namespace usquic::tls::gnutls {

class Credentials {
 public:
  // Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _CERT_MISMATCH, _PASSPHRASE, _NOMEM, each with a line to the
  // log. A source without a key is taken to hold the key in its certificate's PEM.
  static Result<std::shared_ptr<const Credentials>> load(const IdentitySource& source,
                                                         const ContextState& state);
  // No certificate: a client that stays anonymous.
  static Result<std::shared_ptr<const Credentials>> anonymous();

  // Takes over what is native.
  explicit Credentials(gnutls_certificate_credentials_t native, const TicketKeySet& ticket_keys = {})
      : native_(native), ticket_keys_(ticket_keys) {}
  ~Credentials() { gnutls_certificate_free_credentials(native_); }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  gnutls_certificate_credentials_t native() const { return native_; }
  // What a server seals the tickets of sessions with that begin with this certificate.
  const TicketKey& ticket_key(TicketUse use) const { return ticket_keys_.of(use); }

 private:
  gnutls_certificate_credentials_t native_;
  TicketKeySet ticket_keys_;
};

}  // namespace usquic::tls::gnutls
