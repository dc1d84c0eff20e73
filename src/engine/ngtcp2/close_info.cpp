#include "engine/ngtcp2/close_info.h"

#include <cerrno>
#include <system_error>

#include "base/try_allocating.h"
#include "tls/alerts.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {
namespace {

std::optional<tls::Alert> tls_alert_of(TransportError code) {
  const auto number = alert_of(code);
  if (!number) return std::nullopt;
  return tls::Alert{*number};
}

int error_of(TransportError code, const tls::Session* session) {
  if (const auto alert = tls_alert_of(code)) {
    return (session == nullptr ? tls::error_of_alert(*alert) : session->failure(*alert)).code;
  }
  switch (code) {
    case TransportError::no_error:
      return US_QUIC_OK;
    case TransportError::connection_refused:
      return US_QUIC_E_REFUSED;
    case TransportError::version_negotiation_error:
      return US_QUIC_E_VERSION;
    default:
      return US_QUIC_E_TRANSPORT;
  }
}

CloseReason without_code(int error, std::string text) {
  CloseReason reason;
  reason.error = error;
  reason.text = std::move(text);
  return reason;
}

}  // namespace

us_quic_close_info_t CloseReason::info() const {
  return {error, is_remote ? 1 : 0, is_application ? 1 : 0, code, text.c_str(), text.size()};
}

CloseReason from_peer(const ngtcp2_ccerr& close, const tls::Session* session, ApplicationError no_error) {
  CloseReason reason;
  reason.is_remote = true;
  reason.code = close.error_code;
  if (close.reasonlen > 0) reason.text.assign(reinterpret_cast<const char*>(close.reason), close.reasonlen);
  if (close.type == NGTCP2_CCERR_TYPE_APPLICATION) {
    reason.is_application = true;
    reason.error = ApplicationError{close.error_code} == no_error ? US_QUIC_OK : US_QUIC_E_APPLICATION;
    return reason;
  }
  const TransportError code{close.error_code};
  reason.error = error_of(code, session);
  const auto alert = tls_alert_of(code);
  if (reason.text.empty() && alert) {
    reason.text = session == nullptr ? tls::text_of_alert(*alert, true) : session->failure_text(*alert);
  }
  return reason;
}

CloseReason from_library(int result, std::uint8_t tls_alert, const tls::Session* session,
                         bool is_handshake_complete) {
  switch (result) {
    case NGTCP2_ERR_IDLE_CLOSE:
      if (is_handshake_complete) return without_code(US_QUIC_E_IDLE_TIMEOUT, "");
      [[fallthrough]];
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
      return without_code(US_QUIC_E_HANDSHAKE_TIMEOUT, "");
    case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
      return without_code(US_QUIC_E_VERSION, "the server speaks none of the offered ones");
    case NGTCP2_ERR_VERSION_NEGOTIATION_FAILURE:
      return from_error(TransportError::version_negotiation_error, US_QUIC_E_VERSION, "negotiation failed");
    case NGTCP2_ERR_CRYPTO: {
      const tls::Alert alert{tls_alert};
      const int error = session != nullptr ? session->failure(alert).code : US_QUIC_E_TLS;
      return from_alert(alert, error, session != nullptr ? session->failure_text(alert) : "");
    }
    case NGTCP2_ERR_NOMEM:
    case NGTCP2_ERR_CALLBACK_FAILURE:  // one that has another reason says it
      return from_error(TransportError::internal_error, US_QUIC_E_NOMEM, "");
    default:
      return from_error(TransportError{ngtcp2_err_infer_quic_transport_error_code(result)},
                        ngtcp2_err_is_fatal(result) ? US_QUIC_E_INTERNAL : US_QUIC_E_TRANSPORT,
                        ngtcp2_strerror(result));
  }
}

CloseReason from_tls_messages(tls::TlsMessages::Verdict verdict) {
  switch (verdict) {
    case tls::TlsMessages::Verdict::fine:
      break;
    case tls::TlsMessages::Verdict::left_over:
      return from_error(TransportError::protocol_violation, US_QUIC_E_TRANSPORT, "half a TLS message");
    case tls::TlsMessages::Verdict::unexpected:
      return from_alert(tls::Alert::unexpected_message, US_QUIC_E_TLS, "a TLS message that QUIC forbids");
    case tls::TlsMessages::Verdict::asks_client_auth:
      return from_error(TransportError::protocol_violation, US_QUIC_E_TRANSPORT,
                        "client authentication after the handshake");
    case tls::TlsMessages::Verdict::too_much:
      return from_error(TransportError::crypto_buffer_exceeded, US_QUIC_E_TRANSPORT,
                        "too much TLS data after the handshake");
  }
  return from_error(TransportError::internal_error, US_QUIC_E_INTERNAL, "");
}

CloseReason from_icmp(int error_number) {
  const bool is_refused = error_number == ECONNREFUSED;
  auto text = try_allocating(
      [&] { return is_refused ? "ICMP port unreachable" : std::generic_category().message(error_number); },
      std::string());
  return without_code(is_refused ? US_QUIC_E_REFUSED : US_QUIC_E_UNREACHABLE, std::move(text));
}

CloseReason from_error(const transport::ErrorCode& code, int error, std::string text) {
  CloseReason reason = without_code(error, std::move(text));
  reason.is_application = is_application(code);
  reason.code = number_of(code);
  return reason;
}

CloseReason from_alert(tls::Alert alert, int error, std::string text) {
  return from_error(transport::of_alert(number_of(alert)), error, std::move(text));
}

}  // namespace usquic::engine::ngtcp2
