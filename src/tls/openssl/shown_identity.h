// What a session shows its peer, and under which server name.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "tls/alerts.h"
#include "tls/openssl/credentials.h"
#include "tls/openssl/shared_state.h"

namespace usquic::tls::openssl {

struct ShownIdentity {
  // A server's: by the server name of a ClientHello, of every one. The alert to refuse it with; nothing: it goes on.
  std::optional<Alert> choose(SSL* ssl, const SharedState& shared, TicketUse use);
  // A server's ticket key callback (SSL_CTX_set_tlsext_ticket_key_evp_cb).
  int use_ticket_key(const SharedState& shared, TicketUse use, unsigned char* name, unsigned char* iv,
                     EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, bool is_sealing) const;

  std::shared_ptr<const Credentials> credentials;
  std::string server_name;  // as a server, what the first ClientHello says
};

}  // namespace usquic::tls::openssl
