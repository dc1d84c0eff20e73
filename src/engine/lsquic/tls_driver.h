// TLS for lsquic, which calls BoringSSL itself: an SSL_CTX for each role, and what the handshakes come to, for the
// peers they are with.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/lsquic/endpoint_core.h"
#include "engine/lsquic/roles.h"
#include "tls/boringssl/driven_handshakes.h"

namespace usquic::engine::lsquic {

class TlsDriver final : public tls::boringssl::HandshakeDriver {
 public:
  explicit TlsDriver(EndpointCore& core);
  ~TlsDriver();

  // What clients ask for, and servers take, all of HTTP/3 or none: lsquic's engines speak one or the other.
  // Error: US_QUIC_E_INVALID, where both are wanted.
  Result<void> check_protocols() const;
  bool is_http() const;

  // Before its engine is made. Errors: those of DrivenHandshakes.
  Result<void> prepare(Role role);
  // nullptr: there is none, and lsquic gives the handshake up.
  SSL_CTX* context(Role role);

  // What a client may resume with, for lsquic; empty: nothing. Says in `peer` what is known of it.
  std::string take_ticket(Peer& peer, std::string_view server_name, std::uint16_t port);

  // tls::boringssl::HandshakeDriver
  tls::boringssl::ConnectedTo peer_of(const SSL* ssl) override;
  void on_complete(const SSL* ssl, const tls::boringssl::Outcome& outcome) override;
  void on_refusal(const SSL* ssl, const tls::Verdict& verdict) override;
  void on_alert(const SSL* ssl, tls::Alert alert) override;
  void on_ticket(SSL* ssl, SSL_SESSION* ticket, std::time_t expires, bool is_authorized) override;

 private:
  Peer* find(const SSL* ssl) const;

  EndpointCore& core_;
  const std::vector<std::string> protocols_;
  std::unique_ptr<tls::boringssl::DrivenHandshakes> handshakes_;
};

}  // namespace usquic::engine::lsquic
