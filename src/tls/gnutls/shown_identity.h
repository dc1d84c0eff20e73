// What a session shows its peer, and under which server name.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>

#include "tls/gnutls/credentials.h"
#include "tls/gnutls/shared_state.h"

namespace usquic::tls::gnutls {

struct ShownIdentity {
  // A server's: by the ClientHello's server name, also which keys tickets are sealed with. Called in the
  // post-client-hello function, of every ClientHello. 0 or a negative GnuTLS error.
  int choose(gnutls_session_t native, const SharedState& shared, TicketUse use);

  std::shared_ptr<const Credentials> credentials;
  std::string server_name;  // as a server, what the first ClientHello says
};

}  // namespace usquic::tls::gnutls
