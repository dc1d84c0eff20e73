// TLS alerts (RFC 8446 section 6) in the library's terms.
#pragma once

#include <cstdint>
#include <string>

namespace usquic::tls {

// US_QUIC_E_CERT_UNTRUSTED, _CERT_EXPIRED, _CERT_REQUIRED, _ALPN, else _TLS.
int error_of_alert(std::uint8_t alert);

// A line for people. That an alert about a certificate came from the peer is for the caller to know: this
// side's own verification has better words.
std::string text_of_alert(std::uint8_t alert, bool is_server);

}  // namespace usquic::tls
