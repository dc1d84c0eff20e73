// What a session found out about its peer's certificate.
#pragma once

#include <openssl/x509_vfy.h>

#include <cstdint>
#include <memory>
#include <string>

#include "tls/libssl/shared_state.h"
#include "tls/verdict.h"

namespace usquic::tls::libssl {

struct PeerCheck {
  enum class Peer : std::uint8_t { client, server };

  // Called in the verify callback. false: it is refused, with the refusal's alert.
  bool run(X509_STORE_CTX* context, const SharedState& shared, Peer peer, const std::string& server_name);

  // Has the library send the refusal's alert where nobody else chooses it.
  void tell_finding(X509_STORE_CTX* context) const;

  std::unique_ptr<Verdict> refusal;  // why this side refused the peer
  bool is_verified = false;          // in this handshake
};

}  // namespace usquic::tls::libssl
