// "Identity": what a socket context is to its peers, and whom it trusts. One Context for a socket context.
#pragma once

#include <gnutls/gnutls.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"

namespace usquic::tls {

// A PEM text, from a file or from memory (when file is empty).
struct PemSource {
  std::string file;
  std::string text;
  bool is_given() const { return !file.empty() || !text.empty(); }
};

struct IdentitySource {
  PemSource certificate;  // chain, leaf first
  PemSource key;
  std::optional<std::string> passphrase;
};

struct Options {
  IdentitySource identity;  // may be absent (a client)
  PemSource trust;          // absent = the system's roots where verification is enforced, else none
  PemSource extra_trust;    // roots beside these
  bool request_client_certificate = false;
  bool verify_server = true;      // as a client
  bool verify_client = false;     // as a server: refuse clients without a trusted certificate
  std::vector<std::string> alpn;  // preferred first
  std::uint8_t secret[32] = {};   // ticket keys derive from it; zeros = a random key
  void (*keylog)(void* user, const char* line) = nullptr;
  void* keylog_user = nullptr;
  Logger log;
};

class Credentials;

// A TLS session of one connection. Made by Context, which outlives it; the engine adds QUIC's part and drives
// it.
//
// Of the native session the engine owns the session pointer (gnutls_session_set_ptr) and QUIC's secret, read
// and alert functions. This module owns the rest: the database pointer (gnutls_db_set_ptr; TLS 1.3 keeps
// sessions in tickets, so GnuTLS has no other use for it) by which callbacks find their Session, the
// post-client-hello function (server name), the verify function, the keylog function and the handshake hook
// (client: ALPN, tickets).
//
// The engine calls nothing for verification: a peer that is refused makes gnutls_handshake() fail, after the
// fitting alert (unknown_ca, certificate_expired, ...) went through the alert function;
// gnutls_alert_send_appropriate() adds none to it.
class Session {
 public:
  virtual ~Session() = default;
  virtual gnutls_session_t native() = 0;
  // After the handshake:
  virtual std::string alpn() const = 0;  // "" = none negotiated
  virtual std::string server_name() const = 0;
  virtual Bytes peer_certificate() const = 0;  // DER, leaf; empty = none; valid as long as the session
  // The peer's chain (and name, as a client) verified; never where it was neither enforced nor `trust` given.
  // A resumed session has what its first handshake found.
  virtual bool is_authorized() const = 0;
  virtual bool is_resumed() const = 0;
  virtual bool has_ticket() const = 0;  // as a client: the context keeps one that came in this session
  // Why the handshake failed, in the library's terms: US_QUIC_E_CERT_UNTRUSTED, _CERT_NAME, _CERT_EXPIRED,
  // _CERT_REQUIRED, _ALPN or _TLS, from what verification found and from a TLS alert (sent or received).
  virtual int failure(std::optional<std::uint8_t> alert) const = 0;
  // A client's: the QUIC version that was agreed on. Tickets that come are good for it alone (RFC 9369
  // section 5).
  virtual void set_quic_version(std::uint32_t version) = 0;
  // Text that goes with it, such as "certificate is for example.org, not for example.com"; with the alert,
  // also for what the peer complained of.
  virtual std::string failure_text(std::optional<std::uint8_t> alert = std::nullopt) const = 0;
};

class Context {
 public:
  virtual ~Context() = default;

  virtual bool can_serve() const = 0;  // has a certificate and key
  // 0, US_QUIC_E_INVALID (no such pattern) or an error of the identity; what was there then stays. "*" is the
  // identity of the options. Sessions under way keep theirs.
  virtual int add_server_name(std::string_view pattern, const IdentitySource& identity) = 0;
  virtual int remove_server_name(std::string_view pattern) = 0;

  // Error: US_QUIC_E_STATE when it cannot serve.
  virtual Result<std::unique_ptr<Session>> server_session() = 0;
  // server_name: host name (sent as SNI and verified) or IP address (verified alone). Resumes from a kept
  // ticket of the same server_name, port, QUIC version and protocols when there is one. Error:
  // US_QUIC_E_INVALID for what is neither (or "" while servers are verified).
  virtual Result<std::unique_ptr<Session>> client_session(std::string_view server_name, std::uint16_t port,
                                                          std::uint32_t quic_version) = 0;
  // Keep a new ticket of this client session. Sessions do so themselves when one comes, so this is only for
  // an engine that replaced the handshake hook; else it does nothing.
  virtual void store_ticket(Session& session) = 0;
};

// Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _CERT_MISMATCH, _PASSPHRASE, _NOMEM, _TLS.
Result<std::unique_ptr<Context>> create_context(const Options& options);

}  // namespace usquic::tls
