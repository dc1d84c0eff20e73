#include "tls/gnutls/peer_check.h"

#include <utility>

#include "tls/gnutls/verification.h"

namespace usquic::tls::gnutls {

int PeerCheck::run(gnutls_session_t native, const SharedState& shared, Peer peer,
                   const std::string& server_name) {
  if (shared.trust == nullptr) return 0;  // nobody enforces it, and no roots were given to try it with
  const bool is_enforced = peer == Peer::client ? shared.verify_client : shared.verify_server;
  Verdict verdict = peer == Peer::client ? verify_client(native, *shared.trust)
                                         : verify_server(native, *shared.trust, server_name);
  is_verified = verdict.code == 0;
  if (is_verified || !is_enforced) return 0;
  refusal = std::make_unique<Verdict>(std::move(verdict));
  // GnuTLS would say bad_certificate for every reason. With this code its callers take the alert as sent.
  gnutls_alert_send(native, GNUTLS_AL_FATAL, static_cast<gnutls_alert_description_t>(refusal->alert));
  return GNUTLS_E_FATAL_ALERT_RECEIVED;
}

}  // namespace usquic::tls::gnutls
