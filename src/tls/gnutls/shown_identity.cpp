#include "tls/gnutls/shown_identity.h"

#include <array>
#include <utility>

namespace usquic::tls::gnutls {
namespace {

// The server name that a ClientHello asks for, or "".
std::string name_in_hello(gnutls_session_t native) {
  std::array<char, 257> name{};
  std::size_t length = name.size();
  unsigned type = 0;
  if (gnutls_server_name_get(native, name.data(), &length, &type, 0) < 0) return {};
  return std::string(name.data(), length);
}

// GnuTLS looks at the client's ticket after this.
int enable_tickets(gnutls_session_t native, const TicketKey& bytes) {
  const gnutls_datum_t key{const_cast<unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
  return gnutls_session_ticket_enable_server(native, &key);
}

}  // namespace

int ShownIdentity::choose(gnutls_session_t native, const SharedState& shared, TicketUse use) {
  std::string name = name_in_hello(native);
  // RFC 8446 section 4.1.2: a second ClientHello keeps the name of the first. GnuTLS does not look, and still
  // has the ticket key of the first.
  if (credentials != nullptr) return name == server_name ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
  std::shared_ptr<const Credentials> chosen = shared.names.find(name);
  if (chosen == nullptr) return GNUTLS_E_UNRECOGNIZED_NAME;
  server_name = std::move(name);
  const int result = gnutls_credentials_set(native, GNUTLS_CRD_CERTIFICATE, chosen->native());
  credentials = std::move(chosen);
  if (result < 0 || shared.asks_for_client_certificate()) return result;
  return enable_tickets(native, credentials->ticket_key(use));
}

}  // namespace usquic::tls::gnutls
