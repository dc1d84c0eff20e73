#include "engine/lsquic/close_reason.h"

#include <cerrno>
#include <system_error>

namespace usquic::engine::lsquic {
namespace {

using transport::TransportError;

CloseReason without_code(int error, std::string text) {
  CloseReason reason;
  reason.error = error;
  reason.text = std::move(text);
  return reason;
}

int error_of(TransportError code) {
  if (const auto alert = transport::alert_of(code)) return tls::error_of_alert(tls::Alert{*alert}).code;
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

// This side's TLS ended the handshake.
CloseReason from_tls(const TlsFacts& tls, bool is_server) {
  const tls::Alert alert = tls.alert.value_or(tls::Alert::internal_error);
  const tls::Verdict* refusal = tls.refusal ? &*tls.refusal : nullptr;
  CloseReason reason = from_error(transport::of_alert(number_of(alert)), 0, {});
  reason.error = tls::failure_of(refusal, alert).code;
  reason.text = tls::failure_text_of(refusal, alert, is_server);
  return reason;
}

}  // namespace

us_quic_close_info_t CloseReason::info() const {
  return {error, is_remote ? 1 : 0, is_application ? 1 : 0, code, text.c_str(), text.size()};
}

CloseReason from_peer(bool is_application, std::uint64_t code, std::string_view text, std::uint64_t no_error,
                      bool is_server) {
  CloseReason reason = without_code(US_QUIC_OK, std::string(text));
  reason.is_remote = true;
  reason.code = code;
  reason.is_application = is_application;
  if (is_application) {
    reason.error = code == no_error ? US_QUIC_OK : US_QUIC_E_APPLICATION;
    return reason;
  }
  const TransportError error{code};
  reason.error = error_of(error);
  if (const auto alert = transport::alert_of(error); alert && reason.text.empty()) {
    reason.text = tls::text_of_alert(tls::Alert{*alert}, is_server);
  }
  return reason;
}

CloseReason from_status(LSQUIC_CONN_STATUS status, std::string_view text, const TlsFacts& tls,
                        bool is_server) {
  if (!tls.is_complete && tls.alert && status != LSCONN_ST_TIMED_OUT) return from_tls(tls, is_server);
  switch (status) {
    case LSCONN_ST_TIMED_OUT:
      return without_code(tls.is_complete ? US_QUIC_E_IDLE_TIMEOUT : US_QUIC_E_HANDSHAKE_TIMEOUT, "");
    case LSCONN_ST_RESET: {
      CloseReason reason = without_code(US_QUIC_E_STATELESS_RESET, "");
      reason.is_remote = true;
      return reason;
    }
    case LSCONN_ST_VERNEG_FAILURE:
      return without_code(US_QUIC_E_VERSION, "the server speaks none of the offered ones");
    case LSCONN_ST_HSK_FAILURE:
      return without_code(US_QUIC_E_TLS, std::string(text));
    case LSCONN_ST_HSK_IN_PROGRESS:
      return without_code(US_QUIC_E_HANDSHAKE_TIMEOUT, "");
    case LSCONN_ST_ERROR:
      // lsquic keeps the code to itself.
      return from_error(TransportError::internal_error, US_QUIC_E_TRANSPORT, std::string(text));
    default:
      return without_code(US_QUIC_OK, "");
  }
}

CloseReason from_icmp(int error_number) {
  const bool is_refused = error_number == ECONNREFUSED;
  return without_code(is_refused ? US_QUIC_E_REFUSED : US_QUIC_E_UNREACHABLE,
                      is_refused ? "ICMP port unreachable" : std::generic_category().message(error_number));
}

CloseReason from_error(const transport::ErrorCode& code, int error, std::string text) {
  CloseReason reason = without_code(error, std::move(text));
  reason.is_application = is_application(code);
  reason.code = number_of(code);
  return reason;
}

}  // namespace usquic::engine::lsquic
