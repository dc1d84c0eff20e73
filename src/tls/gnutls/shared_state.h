// What all sessions of a context share.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>

#include "tls/context_state.h"
#include "tls/gnutls/credentials.h"
#include "tls/gnutls/trust.h"
#include "tls/server_names.h"

namespace usquic::tls::gnutls {

struct PriorityDeleter {
  void operator()(gnutls_priority_t priority) const { gnutls_priority_deinit(priority); }
};

using PriorityHandle = std::unique_ptr<gnutls_priority_st, PriorityDeleter>;

struct SharedState : ContextState {
  // Errors: of ContextState, and US_QUIC_E_INVALID (no group or cipher suite is left), _NOMEM.
  Result<void> initialize(const Options& options);

  PriorityHandle priority;
  PriorityHandle stream_priority;  // of sessions over a byte stream
  ServerNames<Credentials> names;
  std::shared_ptr<const Credentials> anonymous;
  // What was given; the system's roots before the first session that must verify.
  std::unique_ptr<Trust> trust;
};

}  // namespace usquic::tls::gnutls
