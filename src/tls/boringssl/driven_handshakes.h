// TLS for QUIC where somebody else drives the handshakes: an engine that calls BoringSSL itself and wants an SSL_CTX.
// What a tls::Context says holds for these handshakes, too: identities by server name (also those that are added later),
// verification of the peer, client certificates, groups, cipher suites, ticket keys, the key log.
//
//   engine                                   DrivenHandshakes                          HandshakeDriver (the engine)
//   SSL_new(*server()), SSL_set_accept_state()
//   SSL_do_handshake()  ------------------>  chooses the certificate by SNI and
//                                            the protocol
//   SSL_new(*client()), SSL_set_connect_state()
//   SSL_do_handshake()  ------------------>  verifies the server    --------------->  peer_of()
//                                            refuses it             --------------->  on_refusal(), on_alert()
//                                            finds it good, and so does the peer -->  on_complete()
//                                            a ticket came          --------------->  on_ticket()
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tls/alerts.h"
#include "tls/context.h"
#include "tls/parameters.h"
#include "tls/ticket_store.h"
#include "tls/verdict.h"

namespace usquic::tls::boringssl {

// What a handshake came to. A copy: the engine may free the SSL long before its connection.
struct Outcome {
  std::string alpn;                            // "" = none negotiated
  std::string server_name;                     // as a server, what the client asked for
  std::vector<std::uint8_t> peer_certificate;  // DER, leaf; empty = none
  std::vector<std::uint8_t> exporter_secret;   // for crypto::Exporter
  Parameters parameters;
  bool is_authorized = false;  // as in tls::Session
  bool is_resumed = false;
};

// Whom a client's SSL connects to.
struct ConnectedTo {
  std::string server_name;  // a normalized host name or an IP address, which is verified; "": no name is
  bool ticket_is_authorized = false;  // Ticket::is_authorized of the ticket that it resumes, if it does
};

// The engine. Called inside calls of BoringSSL; an exception fails the handshake. `ssl` is the engine's.
class HandshakeDriver {
 public:
  virtual ConnectedTo peer_of(const SSL* ssl) = 0;
  // Once, when SSL_do_handshake() is about to say that the handshake is complete.
  virtual void on_complete(const SSL* ssl, const Outcome& outcome) = 0;
  // This side refuses the peer's certificate. The alert follows.
  virtual void on_refusal(const SSL* ssl, const Verdict& verdict) = 0;
  // A fatal alert of this side, beside what add_alert of SSL_QUIC_METHOD is told.
  virtual void on_alert(const SSL* ssl, Alert alert) = 0;
  // As a client: a ticket that may be used until `expires`. The reference is valid during the call.
  virtual void on_ticket(SSL* ssl, SSL_SESSION* ticket, std::time_t expires, bool is_authorized) = 0;

 protected:
  ~HandshakeDriver() = default;
};

// refused: neither as a server, nor by what tickets of a client allow.
enum class EarlyData : std::uint8_t { refused, accepted };

class DrivenHandshakes {
 public:
  // `context` is one of create_context(). It and `driver` outlive this, and this outlives the SSLs, whose application data
  // (SSL_set_app_data) it needs. alpn: preferred first; a client that offers none of them is refused with
  // no_application_protocol. The engine itself sets what a client offers. Error: US_QUIC_E_INVALID (protocols).
  static Result<std::unique_ptr<DrivenHandshakes>> create(Context& context, HandshakeDriver& driver,
                                                          std::vector<std::string> alpn,
                                                          EarlyData early_data);
  virtual ~DrivenHandshakes() = default;

  // For the SSLs of servers; valid as long as this. It needs no callback of the engine's to find a certificate, and
  // changes the SSL's context by SSL_set_SSL_CTX() when a ClientHello has come. A server that wants certificates does not
  // resume. Errors: US_QUIC_E_STATE (no identity), and those of trusted roots.
  virtual Result<SSL_CTX*> server() = 0;
  // That of the identity for a server name ("": none was given), for an engine that insists on asking; nullptr: there is
  // none. Valid until the identity is replaced; an SSL keeps it alive.
  virtual SSL_CTX* find(const std::string& server_name) = 0;
  // For the SSLs of clients; shows the identity for all names, if there is one, and is valid until that is replaced.
  // Errors: those of trusted roots.
  virtual Result<SSL_CTX*> client() = 0;
  // Where the driver keeps tickets of clients, by TicketStore::key().
  virtual TicketStore& tickets() = 0;
};

}  // namespace usquic::tls::boringssl
