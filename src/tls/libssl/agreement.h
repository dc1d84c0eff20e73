// What a handshake came to, and what leads there, for sessions of every kind.
#pragma once

#include <openssl/ssl.h>

#include <span>
#include <string>

#include "base/bytes.h"
#include "tls/parameters.h"

namespace usquic::tls::libssl {

// "" = none negotiated.
std::string alpn_of(const SSL* ssl);
Parameters parameters_of(SSL* ssl);

// A server's choice for the callback of that name (SSL_CTX_set_alpn_select_cb).
int select_protocol(std::span<const std::string> own, const unsigned char** chosen,
                    unsigned char* chosen_length, Bytes offered);

}  // namespace usquic::tls::libssl
