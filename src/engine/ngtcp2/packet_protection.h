// Packet protection (RFC 9001 section 5): keys from TLS's secrets, and the functions that ngtcp2 calls to
// encrypt and decrypt packets and to mask their headers. The key schedule is in crypto/packet_secrets.h, the
// ciphers are in crypto/packet_ciphers.h.
#pragma once

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2.h>

namespace usquic::engine::ngtcp2 {

// Fills in the members of `callbacks` that have to do with keys and ciphers. Their user is a QuicConnection.
void set_packet_protection(ngtcp2_callbacks& callbacks);

// Takes over the secrets of a session that was configured by ngtcp2's part for GnuTLS. The session's pointer
// is the ngtcp2_crypto_conn_ref of a QuicConnection.
void take_secrets(gnutls_session_t session);

}  // namespace usquic::engine::ngtcp2
