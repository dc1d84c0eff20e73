// What all sessions of a context share.
#pragma once

#include <memory>
#include <string>

#include "tls/context_state.h"
#include "tls/openssl/credentials.h"
#include "tls/openssl/openssl_handles.h"
#include "tls/openssl/trust.h"
#include "tls/server_names.h"

namespace usquic::tls::openssl {

struct SharedState : ContextState {
  // Errors: of ContextState, and US_QUIC_E_INVALID (no group or cipher suite is left), _NOMEM.
  Result<void> initialize(const Options& options);
  // With all settings and no certificate. Errors: US_QUIC_E_INVALID, _NOMEM.
  Result<ContextHandle> new_context(TicketUse use) const;

  std::string groups;  // in OpenSSL's terms, as the next
  std::string cipher_suites;
  std::string tls12_ciphers;   // for sessions over a byte stream
  BioMethodHandle lent_bytes;  // that those read and write by
  ContextHandle anonymous;     // shows no certificate
  ContextHandle anonymous_stream;
  ServerNames<Credentials> names;
  // What was given; the system's roots before the first session that must verify.
  std::unique_ptr<Trust> trust;
};

}  // namespace usquic::tls::openssl
