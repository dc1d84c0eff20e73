// Why a connection ended: from what ngtcp2, TLS or the peer said to the library's terms.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <string>

#include "tls/handshake_messages.h"
#include "usquic/quic.h"

namespace usquic::tls {
class Session;
}

namespace usquic::engine::ngtcp2 {

struct CloseReason {
  int error = US_QUIC_OK;
  bool is_remote = false;
  bool is_application = false;
  std::uint64_t code = 0;
  std::string text;

  us_quic_close_info_t info() const;  // borrows `text`
};

// CONNECTION_CLOSE as it came. session: nullptr on a server after the handshake. no_error: the application's
// code for a close without an error.
CloseReason from_peer(const ngtcp2_ccerr& close, const tls::Session* session, std::uint64_t no_error);

// A negative result of ngtcp2_conn_read_pkt, _handle_expiry or _writev_stream. tls_alert: what
// ngtcp2_conn_get_tls_alert says.
CloseReason from_library(int result, std::uint8_t tls_alert, const tls::Session* session,
                         bool is_handshake_complete);

// For what is not `fine`.
CloseReason from_tls_messages(tls::TlsMessages::Verdict verdict);

CloseReason from_icmp(int error_number);

// This side ends the connection with a transport error (RFC 9000 section 20.1) or an application error.
CloseReason from_transport_error(std::uint64_t code, int error, std::string text);
CloseReason from_application_error(std::uint64_t code, int error, std::string text);

}  // namespace usquic::engine::ngtcp2
