// A TLS session of one connection, and what all sessions of a context share.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <vector>

#include "tls/gnutls/credentials.h"
#include "tls/gnutls/quic_handshake.h"
#include "tls/gnutls/ticket_key.h"
#include "tls/gnutls/trust.h"
#include "tls/gnutls/verification.h"
#include "tls/server_names.h"
#include "tls/session.h"
#include "tls/ticket_store.h"

namespace usquic::tls::gnutls {

struct PriorityDeleter {
  void operator()(gnutls_priority_t priority) const { gnutls_priority_deinit(priority); }
};

// What a context's sessions share; it outlives them.
struct SharedState {
  bool request_client_certificate = false;
  bool verify_server = true;
  bool verify_client = false;
  std::vector<std::string> alpn;
  void (*keylog)(void* user, const char* line) = nullptr;
  void* keylog_user = nullptr;
  Logger log;

  std::unique_ptr<gnutls_priority_st, PriorityDeleter> priority;
  TicketSecret ticket_secret{};
  ServerNames<Credentials> names;
  std::shared_ptr<const Credentials> anonymous;
  std::unique_ptr<Trust>
      trust;  // what was given; the system's roots before the first session that must verify
  TicketStore tickets;

  bool asks_for_client_certificate() const { return request_client_certificate || verify_client; }
};

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
  std::string alpn() const override;
  std::string server_name() const override;
  Bytes peer_certificate() const override;
  bool is_authorized() const override;
  bool is_resumed() const override;
  bool has_ticket() const override { return has_ticket_; }
  Error failure(std::optional<Alert> alert) const override;
  std::string failure_text(std::optional<Alert> alert) const override;
  void set_quic_version(std::uint32_t version) override { quic_version_ = version; }

  // Called by the context; does nothing when the session keeps its tickets itself.
  void store_ticket();

 private:
  SessionImpl(SharedState& shared, bool is_server) : shared_(shared), is_server_(is_server) {}

  int initialize(unsigned flags);  // 0 or a GnuTLS error, as all of these
  int configure_client();
  int resume();  // 0 or a negative GnuTLS error
  void keep_ticket();
  std::string ticket_key() const;  // where its tickets are kept

  // GnuTLS's callbacks; they find the session in GnuTLS's database pointer.
  static SessionImpl& from(gnutls_session_t native);
  static int on_client_hello(gnutls_session_t native);
  static int on_certificate(gnutls_session_t native);
  static int on_message(gnutls_session_t native, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t* message);
  static int on_secret(gnutls_session_t native, const char* label, const gnutls_datum_t* secret);

  int choose_certificate();
  int verify();
  int enable_tickets();  // 0 or a GnuTLS error

  SharedState& shared_;
  gnutls_session_t native_ = nullptr;
  QuicHandshakeImpl handshake_;
  std::shared_ptr<const Credentials> credentials_;
  std::string server_name_;           // as a server, what the first ClientHello says
  std::unique_ptr<Verdict> refusal_;  // why this side refused the peer
  std::uint32_t quic_version_ = 0;
  std::uint16_t port_ = 0;
  bool is_server_;
  bool is_verified_ = false;           // in this handshake
  bool ticket_is_authorized_ = false;  // in the handshake that the ticket offered descends from
  bool keeps_tickets_ = false;         // its own hook saw one
  bool has_ticket_ = false;
};

}  // namespace usquic::tls::gnutls
