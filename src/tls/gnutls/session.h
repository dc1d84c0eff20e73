// A TLS session of one connection.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>

#include "crypto/exporter.h"
#include "tls/gnutls/agreement.h"
#include "tls/gnutls/peer_check.h"
#include "tls/gnutls/quic_handshake.h"
#include "tls/gnutls/shared_state.h"
#include "tls/gnutls/shown_identity.h"
#include "tls/session.h"
#include "tls/verdict.h"

namespace usquic::tls::gnutls {

// Of the native session it owns the database pointer (gnutls_db_set_ptr; TLS 1.3 keeps sessions in
// tickets, so GnuTLS has no other use for it) by which callbacks find it, the post-client-hello function
// (server name), the verify function, the keylog function and the handshake hook (client: ALPN, tickets).
// The rest is QuicHandshakeImpl's.
class SessionImpl final : public Session {
 public:
  static Result<std::unique_ptr<Session>> create_server(SharedState& shared);
  // server_name: normalized, or an IP address.
  static Result<std::unique_ptr<Session>> create_client(SharedState& shared, std::string server_name,
                                                        std::uint16_t port, std::uint32_t quic_version);
  ~SessionImpl() override;
  SessionImpl(const SessionImpl&) = delete;
  SessionImpl& operator=(const SessionImpl&) = delete;

  gnutls_session_t native() const { return native_; }
  QuicHandshake& handshake() override { return handshake_; }
  std::string alpn() const override { return alpn_of(native_); }
  std::string server_name() const override { return shown_.server_name; }
  Bytes peer_certificate() const override { return peer_certificate_of(native_); }
  bool is_authorized() const override;
  bool is_resumed() const override;
  Parameters parameters() const override { return parameters_of(native_); }
  Bytes exporter_secret() const override { return exporter_.secret(); }
  bool has_ticket() const override { return has_ticket_; }
  Error failure(std::optional<Alert> alert) const override { return failure_of(check_.refusal.get(), alert); }
  std::string failure_text(std::optional<Alert> alert) const override {
    return failure_text_of(check_.refusal.get(), alert, is_server_);
  }
  void set_quic_version(std::uint32_t version) override { quic_version_ = version; }

 private:
  SessionImpl(SharedState& shared, bool is_server) : shared_(shared), is_server_(is_server) {}

  int initialize(unsigned flags);  // 0 or a GnuTLS error, as all of these
  int configure_client();
  int resume();  // 0 or a negative GnuTLS error
  void keep_ticket();
  std::string ticket_key() const;  // where its tickets are kept

  struct Callbacks;  // GnuTLS's; they find the session in GnuTLS's database pointer

  int choose_certificate();
  int verify();
  void take_secret(std::string_view label, const gnutls_datum_t& secret);

  SharedState& shared_;
  gnutls_session_t native_ = nullptr;
  QuicHandshakeImpl handshake_;
  ShownIdentity shown_;
  PeerCheck check_;
  crypto::Exporter exporter_;
  std::uint32_t quic_version_ = 0;
  std::uint16_t port_ = 0;
  bool is_server_;
  bool ticket_is_authorized_ = false;  // in the handshake that the ticket offered descends from
  bool has_ticket_ = false;
};

}  // namespace usquic::tls::gnutls
