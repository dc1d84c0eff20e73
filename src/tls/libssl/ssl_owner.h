// Who has an SSL. Callbacks of its SSL_CTX find it by the SSL's application data.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "tls/alerts.h"
#include "tls/libssl/ticket_keys.h"

namespace usquic::tls::libssl {

// What a server is told of a ClientHello, before TLS reads the rest of it.
struct HelloFacts {
  std::string server_name;       // RFC 6066 section 3; "": none is asked for
  bool offers_protocols = true;  // RFC 7301; also true where the library itself refuses one without
};

class SslOwner {
 public:
  // nullptr: nobody has it.
  static SslOwner* of(const SSL* ssl) { return static_cast<SslOwner*>(SSL_get_app_data(ssl)); }
  // false: no memory.
  bool own(SSL* ssl) { return SSL_set_app_data(ssl, this) == 1; }

  // A server's, for every ClientHello. The alert to refuse it with; nothing: it goes on.
  virtual std::optional<Alert> choose_certificate(SSL* ssl, HelloFacts hello) = 0;
  // A server's own protocols, preferred first.
  virtual std::span<const std::string> protocols() const = 0;
  // What a server seals tickets with; nullptr: none are given or taken.
  virtual const TicketKeys* ticket_keys() const = 0;
  // Called in the verify callback.
  virtual bool is_accepted(X509_STORE_CTX* context) = 0;
  // A client's. The reference stays the library's.
  virtual void keep_ticket(SSL* ssl, SSL_SESSION* ticket) = 0;
  // What the info callback is told (SSL_CTX_set_info_callback), where it is called.
  virtual void note(const SSL* ssl, int where, int value) = 0;
  // A line of the key log.
  virtual void take_secret(const char* line) = 0;

  // The number of the scheme that this side signed with, at the end of the handshake; 0: none. BoringSSL alone forgets it
  // there, and has it kept here.
  void keep_signature(std::uint16_t scheme) { signature_ = scheme; }
  std::uint16_t kept_signature() const { return signature_; }

 protected:
  ~SslOwner() = default;

 private:
  std::uint16_t signature_ = 0;
};

// Has the library call the owners of a context's SSLs, except for keep_ticket() and note() (dialect.h).
void call_owners(SSL_CTX* context);
void call_owners_for_tickets(SSL_CTX* context);

// The info callback.
void tell_owner(const SSL* ssl, int where, int value);

}  // namespace usquic::tls::libssl
