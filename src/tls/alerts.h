// TLS alerts (RFC 8446 section 6) in the library's terms.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace usquic::tls {

// The description of an alert (RFC 8446 section 6). Those that this library raises or maps have names; a peer
// can send any number.
enum class Alert : std::uint8_t {
  unexpected_message = 10,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  internal_error = 80,
  no_renegotiation = 100,
  missing_extension = 109,
  unrecognized_name = 112,
  certificate_required = 116,
  no_application_protocol = 120,
};

constexpr std::uint8_t number_of(Alert alert) {
  return static_cast<std::uint8_t>(alert);
}

// US_QUIC_E_CERT_UNTRUSTED, _CERT_EXPIRED, _CERT_REQUIRED, _ALPN, else _TLS.
Error error_of_alert(Alert alert);

// A line for people. That an alert about a certificate came from the peer is for the caller to know: this
// side's own verification has better words.
std::string text_of_alert(Alert alert, bool is_server);

}  // namespace usquic::tls
