#include "tls/alerts.h"

#include <gnutls/gnutls.h>

#include "usquic/error.h"

namespace usquic::tls {

int error_of_alert(std::uint8_t alert) {
  switch (alert) {
    case GNUTLS_A_BAD_CERTIFICATE:
    case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
    case GNUTLS_A_CERTIFICATE_REVOKED:
    case GNUTLS_A_CERTIFICATE_UNKNOWN:
    case GNUTLS_A_UNKNOWN_CA:
      return US_QUIC_E_CERT_UNTRUSTED;
    case GNUTLS_A_CERTIFICATE_EXPIRED:
      return US_QUIC_E_CERT_EXPIRED;
    case GNUTLS_A_CERTIFICATE_REQUIRED:
      return US_QUIC_E_CERT_REQUIRED;
    case GNUTLS_A_NO_APPLICATION_PROTOCOL:
      return US_QUIC_E_ALPN;
    default:
      return US_QUIC_E_TLS;
  }
}

std::string text_of_alert(std::uint8_t alert, bool is_server) {
  const char* name = gnutls_alert_get_name(static_cast<gnutls_alert_description_t>(alert));
  std::string text = "TLS alert " + std::to_string(alert);
  if (name != nullptr) text += std::string(", ") + name;
  switch (error_of_alert(alert)) {
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
