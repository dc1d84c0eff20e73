// What TLS found out in the handshake with a peer.
#pragma once

#include <optional>

#include "tls/alerts.h"
#include "tls/boringssl/driven_handshakes.h"
#include "tls/verdict.h"

namespace usquic::engine::lsquic {

struct TlsFacts {
  bool is_complete = false;
  bool has_ticket = false;
  bool ticket_is_authorized = false;    // Ticket::is_authorized of the one that was offered
  tls::boringssl::Outcome outcome;      // once it is complete
  std::optional<tls::Verdict> refusal;  // why this side refused the peer's certificate
  std::optional<tls::Alert> alert;      // that this side sent
};

}  // namespace usquic::engine::lsquic
