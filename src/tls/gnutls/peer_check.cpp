#include "tls/gnutls/peer_check.h"

#include <ctime>
#include <utility>

#include "tls/certificate_hashes.h"
#include "tls/gnutls/verification.h"

namespace usquic::tls::gnutls {
namespace {

Bytes leaf_of(gnutls_session_t native) {
  unsigned count = 0;
  const gnutls_datum_t* peers = gnutls_certificate_get_peers(native, &count);
  return peers != nullptr && count > 0 ? Bytes(peers->data, peers->size) : Bytes();
}

}  // namespace

int PeerCheck::run(gnutls_session_t native, const SharedState& shared, Peer peer,
                   const std::string& server_name) {
  const bool is_by_hash = peer == Peer::server && !shared.certificate_hashes.empty();
  // Nobody enforces it, and no roots were given to try it with.
  if (!is_by_hash && shared.trust == nullptr) return 0;
  const bool is_enforced = peer == Peer::client ? shared.verify_client : shared.verify_server;
  Verdict verdict;
  if (is_by_hash) {
    verdict = verify_by_hash(leaf_of(native), shared.certificate_hashes, std::time(nullptr));
  } else {
    verdict = peer == Peer::client ? verify_client(native, *shared.trust)
                                   : verify_server(native, *shared.trust, server_name);
  }
  is_verified = verdict.code == 0;
  if (is_verified || !is_enforced) return 0;
  refusal = std::make_unique<Verdict>(std::move(verdict));
  // GnuTLS would say bad_certificate for every reason. With this code its callers take the alert as sent.
  gnutls_alert_send(native, GNUTLS_AL_FATAL, static_cast<gnutls_alert_description_t>(refusal->alert));
  return GNUTLS_E_FATAL_ALERT_RECEIVED;
}

}  // namespace usquic::tls::gnutls
