// A client's session ticket, as it is kept.
#pragma once

#include <openssl/ssl.h>

#include <ctime>
#include <string>

#include "tls/libssl/handles.h"

namespace usquic::tls::libssl {

// "": it cannot be resumed.
std::string pack_session(SSL_SESSION* ticket);
// nullptr: it is damaged, or there is no memory.
SessionHandle unpack_session(const std::string& packed);

// Until when a ticket that came in the session of `ssl` may be used: it must not outlive the certificate that was verified.
std::time_t expiry_of(const SSL_SESSION* ticket, const SSL* ssl, std::time_t now);

}  // namespace usquic::tls::libssl
