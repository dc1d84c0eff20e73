// A TLS session of one connection, and what all sessions of a context share.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <vector>

#include "tls/context.h"
#include "tls/credentials.h"
#include "tls/server_names.h"
#include "tls/ticket_key.h"
#include "tls/ticket_store.h"
#include "tls/trust.h"
#include "tls/verification.h"

namespace usquic::tls {

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
  ServerNames names;
  std::shared_ptr<const Credentials> anonymous;
  std::unique_ptr<Trust>
      trust;  // what was given; the system's roots before the first session that must verify
  TicketStore tickets;

  bool asks_for_client_certificate() const { return request_client_certificate || verify_client; }
};

class SessionImpl final : public Session {
 public:
  static Result<std::unique_ptr<Session>> create_server(SharedState& shared);
  // server_name: normalized, or an IP address.
  static Result<std::unique_ptr<Session>> create_client(SharedState& shared, std::string server_name,
                                                        std::uint16_t port, std::uint32_t quic_version);
  ~SessionImpl() override;
  SessionImpl(const SessionImpl&) = delete;
  SessionImpl& operator=(const SessionImpl&) = delete;

  gnutls_session_t native() override { return native_; }
  std::string alpn() const override;
  std::string server_name() const override;
  Bytes peer_certificate() const override;
  bool is_authorized() const override;
  bool is_resumed() const override;
  bool has_ticket() const override { return has_ticket_; }
  int failure(std::optional<std::uint8_t> alert) const override;
  std::string failure_text(std::optional<std::uint8_t> alert) const override;
  void set_quic_version(std::uint32_t version) override { quic_version_ = version; }

  // Called by the context; does nothing when the session keeps its tickets itself.
  void store_ticket();

 private:
  SessionImpl(SharedState& shared, bool is_server) : shared_(shared), is_server_(is_server) {}

  void configure_server();
  int initialize(unsigned flags);  // 0 or a GnuTLS error, as all of these
  int configure_client();
  int resume();  // 0 or a negative GnuTLS error
  void keep_ticket();
  std::string ticket_key() const;  // where its tickets are kept

  // GnuTLS's callbacks; they find the session in GnuTLS's database pointer (see context.h).
  static SessionImpl& from(gnutls_session_t native);
  static int on_client_hello(gnutls_session_t native);
  static int on_certificate(gnutls_session_t native);
  static int on_message(gnutls_session_t native, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t* message);
  static int on_secret(gnutls_session_t native, const char* label, const gnutls_datum_t* secret);

  int choose_certificate();
  int verify();
  int enable_tickets();  // 0 or a GnuTLS error
  bool has_alpn() const;
  std::string name_in_hello() const;

  SharedState& shared_;
  gnutls_session_t native_ = nullptr;
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

}  // namespace usquic::tls
