// A certificate chain and its private key, loaded once and shared by every session that shows it.
#pragma once

#include <memory>

#include "base/result.h"
#include "tls/context.h"
#include "tls/libssl/handles.h"
#include "tls/libssl/ticket_keys.h"

namespace usquic::tls::libssl {

struct SharedState;

class Credentials {
 public:
  // Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _CERT_MISMATCH, _PASSPHRASE, _NOMEM, each with a line to the
  // log. A source without a key is taken to hold the key in its certificate's PEM.
  static Result<std::shared_ptr<const Credentials>> load(const IdentitySource& source,
                                                         const SharedState& state);

  Credentials(ContextHandle quic, ContextHandle stream, const TicketKeySet& ticket_keys)
      : quic_{std::move(quic), TicketKeys(ticket_keys.quic)},
        stream_{std::move(stream), TicketKeys(ticket_keys.stream)} {}

  // Has the certificate, and the settings of all contexts of this use.
  SSL_CTX* context(TicketUse use = TicketUse::quic) const { return of(use).context.get(); }
  // What a server seals the tickets of sessions with that begin with this certificate.
  const TicketKeys& ticket_keys(TicketUse use) const { return of(use).ticket_keys; }

 private:
  struct ForUse {
    ContextHandle context;
    TicketKeys ticket_keys;
  };

  const ForUse& of(TicketUse use) const { return use == TicketUse::quic ? quic_ : stream_; }

  const ForUse quic_;
  const ForUse stream_;
};

}  // namespace usquic::tls::libssl
