#include "tls/libssl/peer_check.h"

#include <ctime>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "tls/certificate_hashes.h"
#include "tls/libssl/verification.h"

namespace usquic::tls::libssl {
namespace {

// In DER.
std::string leaf_of(X509_STORE_CTX* context) {
  X509* leaf = X509_STORE_CTX_get0_cert(context);
  const int length = leaf != nullptr ? i2d_X509(leaf, nullptr) : 0;
  std::string der(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  if (!der.empty()) i2d_X509(leaf, &end);
  return der;
}

// The finding that the library makes this alert of.
int finding_of(Alert alert) {
  switch (alert) {
    case Alert::unknown_ca:
      return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case Alert::certificate_expired:
      return X509_V_ERR_CERT_HAS_EXPIRED;
    case Alert::certificate_revoked:
      return X509_V_ERR_CERT_REVOKED;
    case Alert::internal_error:
      return X509_V_ERR_OUT_OF_MEM;
    default:
      return X509_V_ERR_CERT_REJECTED;  // bad_certificate
  }
}

}  // namespace

bool PeerCheck::run(X509_STORE_CTX* context, const SharedState& shared, Peer peer,
                    const std::string& server_name) {
  // What OpenSSL keeps in the session; a refusal has an alert of its own.
  X509_STORE_CTX_set_error(context, X509_V_OK);
  const bool is_by_hash = peer == Peer::server && !shared.certificate_hashes.empty();
  // Nobody enforces it, and no roots were given to try it with.
  if (!is_by_hash && shared.trust == nullptr) return true;
  const bool is_enforced = peer == Peer::client ? shared.verify_client : shared.verify_server;
  Verdict verdict =
      is_by_hash ? verify_by_hash(as_bytes(leaf_of(context)), shared.certificate_hashes, std::time(nullptr))
                 : verify(context, peer == Peer::client ? std::string() : server_name);
  is_verified = verdict.code == 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  if (is_verified || !is_enforced) return true;
  refusal = std::make_unique<Verdict>(std::move(verdict));
  return false;
}

void PeerCheck::tell_finding(X509_STORE_CTX* context) const {
  X509_STORE_CTX_set_error(context, finding_of(refusal->alert));
}

}  // namespace usquic::tls::libssl
