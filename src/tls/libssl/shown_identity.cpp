#include "tls/libssl/shown_identity.h"

#include <utility>

namespace usquic::tls::libssl {

std::optional<Alert> ShownIdentity::choose(SSL* ssl, std::string name, const SharedState& shared,
                                           TicketUse use) {
  // RFC 8446 section 4.1.2: a second ClientHello keeps the name of the first.
  if (credentials != nullptr)
    return name == server_name ? std::nullopt : std::optional(Alert::illegal_parameter);
  credentials = shared.names.find(name);
  if (credentials == nullptr) return Alert::unrecognized_name;
  server_name = std::move(name);
  SSL_CTX* context = credentials->context(use);
  if (SSL_get_SSL_CTX(ssl) != context && SSL_set_SSL_CTX(ssl, context) == nullptr)
    return Alert::internal_error;
  return std::nullopt;
}

const TicketKeys* ShownIdentity::ticket_keys(const SharedState& shared, TicketUse use) const {
  const bool has_tickets = credentials != nullptr && !shared.asks_for_client_certificate();
  return has_tickets ? &credentials->ticket_keys(use) : nullptr;
}

}  // namespace usquic::tls::libssl
