// A TLS session of one connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/exporter.h"
#include "tls/libssl/agreement.h"
#include "tls/libssl/handles.h"
#include "tls/libssl/library_handshake.h"
#include "tls/libssl/peer_check.h"
#include "tls/libssl/shared_state.h"
#include "tls/libssl/shown_identity.h"
#include "tls/libssl/ssl_owner.h"
#include "tls/session.h"
#include "tls/verdict.h"

namespace usquic::tls::libssl {

class SessionImpl final : public Session, private SslOwner {
 public:
  static Result<std::unique_ptr<Session>> create_server(SharedState& shared);
  // server_name: normalized, or an IP address.
  static Result<std::unique_ptr<Session>> create_client(SharedState& shared, std::string server_name,
                                                        std::uint16_t port, std::uint32_t quic_version);

  // What a context calls for sessions of this kind.
  static void set_callbacks(SSL_CTX* context);

  QuicHandshake& handshake() override { return *handshake_; }
  std::string alpn() const override { return alpn_of(ssl_.get()); }
  std::string server_name() const override { return shown_.server_name; }
  Bytes peer_certificate() const override;
  bool is_authorized() const override { return is_resumed() ? ticket_is_authorized_ : check_.is_verified; }
  bool is_resumed() const override { return SSL_session_reused(ssl_.get()) == 1; }
  Parameters parameters() const override { return parameters_of(ssl_.get()); }
  Bytes exporter_secret() const override { return exporter_.secret(); }
  bool has_ticket() const override { return has_ticket_; }
  Error failure(std::optional<Alert> alert) const override { return failure_of(check_.refusal.get(), alert); }
  std::string failure_text(std::optional<Alert> alert) const override {
    return failure_text_of(check_.refusal.get(), alert, is_server_);
  }
  void set_quic_version(std::uint32_t version) override { quic_version_ = version; }

 private:
  SessionImpl(SharedState& shared, bool is_server) : shared_(shared), is_server_(is_server) {}

  // false, of all of these: the library's queue says why.
  bool initialize(SSL_CTX* context);
  bool configure_server();
  bool configure_client();
  bool offer_protocols();
  bool resume();
  std::string ticket_key() const;  // where its tickets are kept

  std::optional<Alert> choose_certificate(SSL* ssl, HelloFacts hello) override;
  std::span<const std::string> protocols() const override { return shared_.alpn; }
  const TicketKeys* ticket_keys() const override { return shown_.ticket_keys(shared_, TicketUse::quic); }
  bool is_accepted(X509_STORE_CTX* context) override;
  void keep_ticket(SSL* ssl, SSL_SESSION* ticket) override;
  void note(const SSL* /*ssl*/, int /*where*/, int /*value*/) override {}
  void take_secret(const char* line) override;

  SharedState& shared_;
  std::unique_ptr<LibraryHandshake> handshake_;
  SslHandle ssl_;  // calls handshake_ to its end
  ShownIdentity shown_;
  PeerCheck check_;
  mutable std::vector<std::uint8_t> peer_certificate_;  // once somebody asked
  crypto::Exporter exporter_;
  std::uint32_t quic_version_ = 0;
  std::uint16_t port_ = 0;
  bool is_server_;
  bool ticket_is_authorized_ = false;  // in the handshake that the ticket offered descends from
  bool has_ticket_ = false;
};

}  // namespace usquic::tls::libssl
