#include "engine/ngtcp2/close_info.h"

#include <cerrno>
#include <system_error>

#include "base/try_allocating.h"
#include "tls/alerts.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {
namespace {

// RFC 9001 section 4.8: a TLS alert is carried as 0x0100 + its number.
bool is_crypto_error(std::uint64_t code) {
  return code >= NGTCP2_CRYPTO_ERROR && code < NGTCP2_CRYPTO_ERROR + 0x100;
}

int error_of_transport_code(std::uint64_t code, const tls::Session* session) {
  if (code == NGTCP2_NO_ERROR) return US_QUIC_OK;
  if (code == NGTCP2_CONNECTION_REFUSED) return US_QUIC_E_REFUSED;
  if (code == NGTCP2_VERSION_NEGOTIATION_ERROR) return US_QUIC_E_VERSION;
  if (!is_crypto_error(code)) return US_QUIC_E_TRANSPORT;
  const auto alert = static_cast<std::uint8_t>(code - NGTCP2_CRYPTO_ERROR);
  return session == nullptr ? tls::error_of_alert(alert) : session->failure(alert);
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

CloseReason from_peer(const ngtcp2_ccerr& close, const tls::Session* session, std::uint64_t no_error) {
  CloseReason reason;
  reason.is_remote = true;
  reason.code = close.error_code;
  if (close.reasonlen > 0) reason.text.assign(reinterpret_cast<const char*>(close.reason), close.reasonlen);
  if (close.type == NGTCP2_CCERR_TYPE_APPLICATION) {
    reason.is_application = true;
    reason.error = close.error_code == no_error ? US_QUIC_OK : US_QUIC_E_APPLICATION;
    return reason;
  }
  reason.error = error_of_transport_code(close.error_code, session);
  if (reason.text.empty() && is_crypto_error(close.error_code)) {
    const auto alert = static_cast<std::uint8_t>(close.error_code - NGTCP2_CRYPTO_ERROR);
    reason.text = session == nullptr ? tls::text_of_alert(alert, true) : session->failure_text(alert);
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
      return from_transport_error(NGTCP2_VERSION_NEGOTIATION_ERROR, US_QUIC_E_VERSION, "negotiation failed");
    case NGTCP2_ERR_CRYPTO: {
      const int error = session != nullptr ? session->failure(tls_alert) : US_QUIC_E_TLS;
      return from_transport_error(NGTCP2_CRYPTO_ERROR | tls_alert, error,
                                  session != nullptr ? session->failure_text(tls_alert) : "");
    }
    case NGTCP2_ERR_NOMEM:
    case NGTCP2_ERR_CALLBACK_FAILURE:  // one that has another reason says it
      return from_transport_error(NGTCP2_INTERNAL_ERROR, US_QUIC_E_NOMEM, "");
    default:
      return from_transport_error(ngtcp2_err_infer_quic_transport_error_code(result),
                                  ngtcp2_err_is_fatal(result) ? US_QUIC_E_INTERNAL : US_QUIC_E_TRANSPORT,
                                  ngtcp2_strerror(result));
  }
}

CloseReason from_tls_messages(tls::TlsMessages::Verdict verdict) {
  constexpr std::uint64_t unexpected_message = 10;  // RFC 8446 section 6
  switch (verdict) {
    case tls::TlsMessages::Verdict::fine:
      break;
    case tls::TlsMessages::Verdict::left_over:
      return from_transport_error(NGTCP2_PROTOCOL_VIOLATION, US_QUIC_E_TRANSPORT, "half a TLS message");
    case tls::TlsMessages::Verdict::unexpected:
      return from_transport_error(NGTCP2_CRYPTO_ERROR | unexpected_message, US_QUIC_E_TLS,
                                  "a TLS message that QUIC forbids");
    case tls::TlsMessages::Verdict::asks_client_auth:
      return from_transport_error(NGTCP2_PROTOCOL_VIOLATION, US_QUIC_E_TRANSPORT,
                                  "client authentication after the handshake");
    case tls::TlsMessages::Verdict::too_much:
      return from_transport_error(NGTCP2_CRYPTO_BUFFER_EXCEEDED, US_QUIC_E_TRANSPORT,
                                  "too much TLS data after the handshake");
  }
  return from_transport_error(NGTCP2_INTERNAL_ERROR, US_QUIC_E_INTERNAL, "");
}

CloseReason from_icmp(int error_number) {
  const bool is_refused = error_number == ECONNREFUSED;
  auto text = try_allocating(
      [&] { return is_refused ? "ICMP port unreachable" : std::generic_category().message(error_number); },
      std::string());
  return without_code(is_refused ? US_QUIC_E_REFUSED : US_QUIC_E_UNREACHABLE, std::move(text));
}

CloseReason from_transport_error(std::uint64_t code, int error, std::string text) {
  CloseReason reason = without_code(error, std::move(text));
  reason.code = code;
  return reason;
}

CloseReason from_application_error(std::uint64_t code, int error, std::string text) {
  CloseReason reason = from_transport_error(code, error, std::move(text));
  reason.is_application = true;
  return reason;
}

}  // namespace usquic::engine::ngtcp2
