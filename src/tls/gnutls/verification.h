// Whether a peer is who it should be: its chain against the trusted roots, and a server's name.
#pragma once

#include <gnutls/gnutls.h>

#include <string>

#include "tls/gnutls/trust.h"
#include "tls/verdict.h"

namespace usquic::tls::gnutls {

// As a client. server_name: normalized host name, IP address, or "" when there is no name to check.
Verdict verify_server(gnutls_session_t session, const Trust& trust, const std::string& server_name);

// As a server, a client that sent a certificate or did not.
Verdict verify_client(gnutls_session_t session, const Trust& trust);

}  // namespace usquic::tls::gnutls
