// An SSL that somebody else drives, and what has been found out about it.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <span>
#include <string>

#include "crypto/exporter.h"
#include "tls/boringssl/driven_handshakes.h"
#include "tls/libssl/peer_check.h"
#include "tls/libssl/shared_state.h"
#include "tls/libssl/shown_identity.h"
#include "tls/libssl/ssl_owner.h"

namespace usquic::tls::boringssl {

// What all SSLs of a DrivenHandshakes share. It outlives them.
class DrivenShare {
 public:
  DrivenShare(libssl::SharedState& its_tls, HandshakeDriver& its_driver, std::vector<std::string> its_alpn,
              EarlyData its_early_data)
      : tls(its_tls), driver(its_driver), alpn(std::move(its_alpn)), early_data(its_early_data) {}

  // The context that shows these credentials to clients; nullptr: it cannot be made.
  virtual SSL_CTX* context_of(const std::shared_ptr<const libssl::Credentials>& credentials) = 0;

  libssl::SharedState& tls;
  HandshakeDriver& driver;
  const std::vector<std::string> alpn;
  const EarlyData early_data;

 protected:
  ~DrivenShare() = default;
};

// Belongs to its SSL, and goes with it.
class DrivenSsl final : public libssl::SslOwner {
 public:
  // Has every SSL of the context get one when its handshake begins.
  static bool attach_to_all_of(SSL_CTX* context, DrivenShare& share);

  DrivenSsl(DrivenShare& share, SSL* ssl) : share_(share), ssl_(ssl) {}

  std::optional<Alert> choose_certificate(SSL* ssl, libssl::HelloFacts hello) override;
  std::span<const std::string> protocols() const override { return share_.alpn; }
  const libssl::TicketKeys* ticket_keys() const override {
    return shown_.ticket_keys(share_.tls, TicketUse::quic);
  }
  bool is_accepted(X509_STORE_CTX* context) override;
  void keep_ticket(SSL* ssl, SSL_SESSION* ticket) override;
  void note(const SSL* ssl, int where, int value) override;
  void take_secret(const char* line) override;

 private:
  bool is_server() const { return SSL_is_server(ssl_) == 1; }
  bool is_authorized() const;
  Outcome outcome() const;

  DrivenShare& share_;
  SSL* const ssl_;
  libssl::ShownIdentity shown_;
  libssl::PeerCheck check_;
  crypto::Exporter exporter_;
  bool is_complete_ = false;
};

}  // namespace usquic::tls::boringssl
