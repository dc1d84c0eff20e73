// Whether a peer is who it should be: its chain against the trusted roots, and a server's name.
#pragma once

#include <openssl/x509_vfy.h>

#include <string>

#include "tls/verdict.h"

namespace usquic::tls::libssl {

// `context` is OpenSSL's, filled with the peer's chain, the trusted roots and the purpose of the certificate.
// server_name: as a client, the normalized host name or IP address; "" when there is no name to check.
Verdict verify(X509_STORE_CTX* context, const std::string& server_name);

}  // namespace usquic::tls::libssl
