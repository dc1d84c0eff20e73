#include "tls/openssl/peer_check.h"

#include <utility>

#include "tls/openssl/verification.h"

namespace usquic::tls::openssl {

bool PeerCheck::run(X509_STORE_CTX* context, const SharedState& shared, Peer peer,
                    const std::string& server_name) {
  // What OpenSSL keeps in the session; a refusal has an alert of its own.
  X509_STORE_CTX_set_error(context, X509_V_OK);
  if (shared.trust == nullptr) return true;  // nobody enforces it, and no roots were given to try it with
  const bool is_enforced = peer == Peer::client ? shared.verify_client : shared.verify_server;
  Verdict verdict = verify(context, peer == Peer::client ? std::string() : server_name);
  is_verified = verdict.code == 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  if (is_verified || !is_enforced) return true;
  refusal = std::make_unique<Verdict>(std::move(verdict));
  return false;
}

}  // namespace usquic::tls::openssl
