#include "tls/alerts.h"

#include <array>
#include <string_view>

#include "usquic/error.h"

namespace usquic::tls {
namespace {

// RFC 8446 section 6.
std::string_view name_of(Alert alert) {
  struct Name {
    std::uint8_t number;
    std::string_view text;
  };
  static constexpr std::array<Name, 28> names = {{{0, "close_notify"},
                                                  {10, "unexpected_message"},
                                                  {20, "bad_record_mac"},
                                                  {22, "record_overflow"},
                                                  {40, "handshake_failure"},
                                                  {42, "bad_certificate"},
                                                  {43, "unsupported_certificate"},
                                                  {44, "certificate_revoked"},
                                                  {45, "certificate_expired"},
                                                  {46, "certificate_unknown"},
                                                  {47, "illegal_parameter"},
                                                  {48, "unknown_ca"},
                                                  {49, "access_denied"},
                                                  {50, "decode_error"},
                                                  {51, "decrypt_error"},
                                                  {70, "protocol_version"},
                                                  {71, "insufficient_security"},
                                                  {80, "internal_error"},
                                                  {86, "inappropriate_fallback"},
                                                  {90, "user_canceled"},
                                                  {100, "no_renegotiation"},
                                                  {109, "missing_extension"},
                                                  {110, "unsupported_extension"},
                                                  {112, "unrecognized_name"},
                                                  {113, "bad_certificate_status_response"},
                                                  {115, "unknown_psk_identity"},
                                                  {116, "certificate_required"},
                                                  {120, "no_application_protocol"}}};
  for (const Name& name : names) {
    if (name.number == number_of(alert)) return name.text;
  }
  return {};
}

}  // namespace

Error error_of_alert(Alert alert) {
  switch (alert) {
    case Alert::bad_certificate:
    case Alert::unsupported_certificate:
    case Alert::certificate_revoked:
    case Alert::certificate_unknown:
    case Alert::unknown_ca:
      return {US_QUIC_E_CERT_UNTRUSTED};
    case Alert::certificate_expired:
      return {US_QUIC_E_CERT_EXPIRED};
    case Alert::certificate_required:
      return {US_QUIC_E_CERT_REQUIRED};
    case Alert::no_application_protocol:
      return {US_QUIC_E_ALPN};
    default:
      return {US_QUIC_E_TLS};
  }
}

std::string text_of_alert(Alert alert, bool is_server) {
  const std::string_view name = name_of(alert);
  std::string text = "TLS alert " + std::to_string(number_of(alert));
  if (!name.empty()) text.append(", ").append(name);
  switch (error_of_alert(alert).code) {
    case US_QUIC_E_CERT_UNTRUSTED:
    case US_QUIC_E_CERT_EXPIRED:
      return (is_server ? "client refused this server's certificate: "
                        : "server refused this client's certificate: ") +
             text;
    case US_QUIC_E_CERT_REQUIRED:
      return (is_server ? "client sent no certificate: " : "server requires a client certificate: ") + text;
    default:
      return text;
  }
}

}  // namespace usquic::tls
