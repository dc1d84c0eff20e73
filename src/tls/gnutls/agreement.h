// What a handshake of GnuTLS came to, for sessions of every kind.
#pragma once

#include <gnutls/gnutls.h>

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tls/context_state.h"
#include "tls/parameters.h"

namespace usquic::tls::gnutls {

// "" = none negotiated.
std::string alpn_of(gnutls_session_t native);
// 0 or a negative GnuTLS error. The order of a server decides.
int set_protocols(gnutls_session_t native, std::span<const std::string> protocols);
// DER, leaf; empty = none; valid as long as the session.
Bytes peer_certificate_of(gnutls_session_t native);
Parameters parameters_of(gnutls_session_t native);

// A line to the context's key log, where it has one.
void log_secret(gnutls_session_t native, const ContextState& state, std::string_view label,
                const gnutls_datum_t& secret);

}  // namespace usquic::tls::gnutls
