// What all sessions of a context share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tls/context_state.h"
#include "tls/libssl/credentials.h"
#include "tls/libssl/handles.h"
#include "tls/libssl/trust.h"
#include "tls/server_names.h"

namespace usquic::tls::libssl {

struct SharedState : ContextState {
  // Errors: of ContextState, and US_QUIC_E_INVALID (no group or cipher suite is left), _NOMEM.
  Result<void> initialize(const Options& options);
  // With all settings and no certificate. Errors: US_QUIC_E_INVALID, _NOMEM.
  Result<ContextHandle> new_context(TicketUse use) const;

  std::vector<Group> groups;
  std::vector<CipherSuiteId> cipher_suites;
  BioMethodHandle lent_bytes;  // that sessions over a byte stream read and write by
  ContextHandle anonymous;     // shows no certificate
  ContextHandle anonymous_stream;
  ServerNames<Credentials> names;
  // What was given; the system's roots before the first session that must verify.
  std::unique_ptr<Trust> trust;
};

// Has a server ask for the client's certificate, and insist on one where that is enforced.
void ask_for_certificate(SSL* ssl, const SharedState& shared);

}  // namespace usquic::tls::libssl
