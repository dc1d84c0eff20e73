// A TLS session of one connection: made by a context, driven by the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "tls/alerts.h"
#include "tls/parameters.h"
#include "tls/quic_handshake.h"

namespace usquic::tls {

// Its context outlives it. The engine calls nothing for verification: a peer that is refused makes the
// handshake fail, with the fitting alert (unknown_ca, certificate_expired, ...).
class Session {
 public:
  virtual ~Session() = default;
  virtual QuicHandshake& handshake() = 0;
  // After the handshake:
  virtual std::string alpn() const = 0;  // "" = none negotiated
  virtual std::string server_name() const = 0;
  virtual Bytes peer_certificate() const = 0;  // DER, leaf; empty = none; valid as long as the session
  // The peer's chain (and name, as a client) verified; never where it was neither enforced nor `trust` given.
  // A resumed session has what its first handshake found.
  virtual bool is_authorized() const = 0;
  virtual bool is_resumed() const = 0;
  virtual Parameters parameters() const = 0;
  // What keying material for applications derives from (RFC 8446 section 7.5); valid as long as the session.
  virtual Bytes exporter_secret() const = 0;
  virtual bool has_ticket() const = 0;  // as a client: the context keeps one that came in this session
  // Why the handshake failed, in the library's terms: US_QUIC_E_CERT_UNTRUSTED, _CERT_NAME, _CERT_EXPIRED,
  // _CERT_REQUIRED, _ALPN or _TLS, from what verification found and from a TLS alert (sent or received).
  virtual Error failure(std::optional<Alert> alert) const = 0;
  // A client's: the QUIC version that was agreed on. Tickets that come are good for it alone
  // (RFC 9369 section 5).
  virtual void set_quic_version(std::uint32_t version) = 0;
  // Text that goes with it, such as "certificate is for example.org, not for example.com"; with the alert,
  // also for what the peer complained of.
  virtual std::string failure_text(std::optional<Alert> alert = std::nullopt) const = 0;
};

}  // namespace usquic::tls
