// Whether a peer is who it should be: its chain against the trusted roots, and a server's name.
#pragma once

#include <gnutls/gnutls.h>

#include <string>

#include "tls/gnutls/trust.h"

namespace usquic::tls::gnutls {

struct Verdict {
  int code = 0;  // 0, or US_QUIC_E_CERT_UNTRUSTED, _CERT_NAME, _CERT_EXPIRED, _CERT_REQUIRED
  gnutls_alert_description_t alert = GNUTLS_A_BAD_CERTIFICATE;  // what to tell the peer when code is not 0
  std::string text;
};

// As a client. server_name: normalized host name, IP address, or "" when there is no name to check.
Verdict verify_server(gnutls_session_t session, const Trust& trust, const std::string& server_name);

// As a server, a client that sent a certificate or did not.
Verdict verify_client(gnutls_session_t session, const Trust& trust);

}  // namespace usquic::tls::gnutls
