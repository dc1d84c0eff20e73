// Why a connection ended: from what ngtcp2, TLS or the peer said to the library's terms.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <string>

#include "tls/alerts.h"
#include "tls/handshake_messages.h"
#include "transport/transport_error.h"
#include "usquic/quic.h"

namespace usquic::tls {
class Session;
}

namespace usquic::engine::ngtcp2 {

using transport::ApplicationError;
using transport::TransportError;

struct CloseReason {
  int error = US_QUIC_OK;
  bool is_remote = false;
  bool is_application = false;
  std::uint64_t code = 0;
  std::string text;

  us_quic_close_info_t info() const;  // borrows `text`
};

// CONNECTION_CLOSE as it came. session: nullptr on a server after the handshake. no_error: what the application's
// protocol says by a close without an error.
CloseReason from_peer(const ngtcp2_ccerr& close, const tls::Session* session, ApplicationError no_error);

// A negative result of ngtcp2_conn_read_pkt, _handle_expiry or _writev_stream. tls_alert: what
// ngtcp2_conn_get_tls_alert says.
CloseReason from_library(int result, std::uint8_t tls_alert, const tls::Session* session,
                         bool is_handshake_complete);

// For what is not `fine`.
CloseReason from_tls_messages(tls::TlsMessages::Verdict verdict);

CloseReason from_icmp(int error_number);

// This side ends the connection with an error of QUIC or of the application's protocol; the application gets
// `error` (US_QUIC_*) and `text`.
CloseReason from_error(const transport::ErrorCode& code, int error, std::string text);
// The same with the error of QUIC that carries `alert`.
CloseReason from_alert(tls::Alert alert, int error, std::string text);

}  // namespace usquic::engine::ngtcp2
