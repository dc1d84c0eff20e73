// What the verification of a peer's certificate found.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "tls/alerts.h"

namespace usquic::tls {

struct Verdict {
  int code = 0;  // 0, or US_QUIC_E_CERT_UNTRUSTED, _CERT_NAME, _CERT_EXPIRED, _CERT_REQUIRED
  Alert alert = Alert::bad_certificate;  // what to tell the peer when code is not 0
  std::string text;
};

// Why a handshake failed, and its text: as this side refused the peer, or by an alert that was sent or received.
Error failure_of(const Verdict* refusal, std::optional<Alert> alert);
std::string failure_text_of(const Verdict* refusal, std::optional<Alert> alert, bool is_server);

}  // namespace usquic::tls
