// What a session shows its peer, and under which server name.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "tls/alerts.h"
#include "tls/libssl/credentials.h"
#include "tls/libssl/shared_state.h"

namespace usquic::tls::libssl {

struct ShownIdentity {
  // A server's: by the server name of a ClientHello, of every one. The alert to refuse it with; nothing: it goes on.
  std::optional<Alert> choose(SSL* ssl, std::string name, const SharedState& shared, TicketUse use);
  // What a server seals tickets with; nullptr: none are given or taken.
  const TicketKeys* ticket_keys(const SharedState& shared, TicketUse use) const;

  std::shared_ptr<const Credentials> credentials;
  std::string server_name;  // as a server, what the first ClientHello says
};

}  // namespace usquic::tls::libssl
