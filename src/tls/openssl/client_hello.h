// What a server reads in a ClientHello before TLS does.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace usquic::tls::openssl {

// The server name that it asks for (RFC 6066 section 3), or "".
std::string name_in_hello(SSL* ssl);
bool has_protocols(SSL* ssl);

}  // namespace usquic::tls::openssl
