// What a session found out about its peer's certificate.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>

#include "tls/gnutls/shared_state.h"
#include "tls/verdict.h"

namespace usquic::tls::gnutls {

struct PeerCheck {
  enum class Peer : std::uint8_t { client, server };

  // Called in the verify function. A peer that is refused has been sent the alert. 0 or a negative GnuTLS error.
  int run(gnutls_session_t native, const SharedState& shared, Peer peer, const std::string& server_name);

  std::unique_ptr<Verdict> refusal;  // why this side refused the peer
  bool is_verified = false;          // in this handshake
};

}  // namespace usquic::tls::gnutls
