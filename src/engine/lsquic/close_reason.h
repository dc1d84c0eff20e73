// Why a connection ended: from what lsquic, TLS or the peer said to the library's terms.
#pragma once

#include <lsquic.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/lsquic/tls_facts.h"
#include "transport/transport_error.h"
#include "usquic/quic.h"

namespace usquic::engine::lsquic {

struct CloseReason {
  int error = US_QUIC_OK;
  bool is_remote = false;
  bool is_application = false;
  std::uint64_t code = 0;
  std::string text;

  us_quic_close_info_t info() const;  // borrows `text`
};

// A CONNECTION_CLOSE as it came. no_error: what the application's protocol says by a close without an error.
CloseReason from_peer(bool is_application, std::uint64_t code, std::string_view text, std::uint64_t no_error,
                      bool is_server);

// What lsquic says of a connection that is over.
CloseReason from_status(LSQUIC_CONN_STATUS status, std::string_view text, const TlsFacts& tls,
                        bool is_server);

CloseReason from_icmp(int error_number);

// This side ends the connection; the application gets `error` and `text`.
CloseReason from_error(const transport::ErrorCode& code, int error, std::string text);

}  // namespace usquic::engine::lsquic
