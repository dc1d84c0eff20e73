// Which signature scheme a side used itself: BoringSSL says it until the handshake is over.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>

namespace usquic::tls::boringssl {

// At the end of the handshake.
void keep_signature(const SSL* ssl);
// Its number; 0: none, or the handshake is not over.
std::uint16_t kept_signature(const SSL* ssl);

}  // namespace usquic::tls::boringssl
