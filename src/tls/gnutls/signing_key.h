// The private key that signs handshakes.
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

namespace usquic::tls::gnutls {

// Makes `out`, which was initialized and is empty, sign with `key`: by libcrypto where that is built in
// and the faster of the two (RSA, and ECDSA with P-256), else by GnuTLS. `key` is copied. 0 or a
// negative GnuTLS error.
int import_signing_key(gnutls_privkey_t out, gnutls_x509_privkey_t key);

}  // namespace usquic::tls::gnutls
