#include "tls/alerts.h"

#include <gnutls/gnutls.h>

#include "usquic/error.h"

namespace usquic::tls {

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
  const char* name = gnutls_alert_get_name(static_cast<gnutls_alert_description_t>(alert));
  std::string text = "TLS alert " + std::to_string(number_of(alert));
  if (name != nullptr) text += std::string(", ") + name;
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
