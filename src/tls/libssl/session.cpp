#include "tls/libssl/session.h"

#include <ctime>
#include <string_view>
#include <utility>

#include "tls/host_name.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/exporter_secret.h"
#include "tls/libssl/kept_ticket.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

// A list as TLS has it: each protocol behind its length (RFC 7301 section 3.1).
std::string protocol_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols)
    list.append(1, static_cast<char>(protocol.size())).append(protocol);
  return list;
}

Error error_of_queue() {
  return {take_error(US_QUIC_E_TLS).code};
}

}  // namespace

void SessionImpl::set_callbacks(SSL_CTX* context) {
  call_owners(context);
  call_owners_for_tickets(context);
  call_for_info(context, TicketUse::quic);
}

Result<std::unique_ptr<Session>> SessionImpl::create_server(SharedState& shared) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, true));
  const std::shared_ptr<const Credentials>& usual = shared.names.default_credentials();
  SSL_CTX* context = usual == nullptr ? shared.anonymous.get() : usual->context();
  if (!session->initialize(context) || !session->configure_server()) return error_of_queue();
  return std::unique_ptr<Session>(std::move(session));
}

Result<std::unique_ptr<Session>> SessionImpl::create_client(SharedState& shared, std::string server_name,
                                                            std::uint16_t port, std::uint32_t quic_version) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, false));
  session->shown_.server_name = std::move(server_name);
  session->port_ = port;
  session->quic_version_ = quic_version;
  session->shown_.credentials = shared.names.default_credentials();
  SSL_CTX* context = session->shown_.credentials == nullptr ? shared.anonymous.get()
                                                            : session->shown_.credentials->context();
  if (!session->initialize(context) || !session->configure_client()) return error_of_queue();
  return std::unique_ptr<Session>(std::move(session));
}

bool SessionImpl::initialize(SSL_CTX* context) {
  clear_errors();
  ssl_.reset(SSL_new(context));
  if (ssl_ == nullptr || !own(ssl_.get())) return false;
  handshake_ = make_handshake(ssl_.get());
  return handshake_ != nullptr && (shared_.trust == nullptr || set_trust(ssl_.get(), shared_.trust->store()));
}

bool SessionImpl::configure_server() {
  SSL_set_accept_state(ssl_.get());
  if (shared_.asks_for_client_certificate()) ask_for_certificate(ssl_.get(), shared_);
  return true;
}

bool SessionImpl::configure_client() {
  SSL* ssl = ssl_.get();
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (!offer_protocols() || !resume()) return false;
  // RFC 6066 section 3: no addresses in SNI.
  return shown_.server_name.empty() || is_ip_address(shown_.server_name) ||
         set_server_name(ssl, shown_.server_name);
}

bool SessionImpl::offer_protocols() {
  if (shared_.alpn.empty()) return true;
  handshake_->require_protocol();
  const std::string list = protocol_list(shared_.alpn);
  const Bytes bytes = as_bytes(list);
  // 0 is success here, alone among the library's functions.
  return SSL_set_alpn_protos(ssl_.get(), bytes.data(), static_cast<unsigned>(bytes.size())) == 0;
}

std::string SessionImpl::ticket_key() const {
  return TicketStore::key(shown_.server_name, port_, quic_version_, shared_.alpn);
}

bool SessionImpl::resume() {
  const std::optional<Ticket> ticket = shared_.tickets.take(ticket_key(), std::time(nullptr));
  if (!ticket.has_value()) return true;
  const SessionHandle session = unpack_session(ticket->data);
  if (session == nullptr || SSL_set_session(ssl_.get(), session.get()) != 1) return false;
  ticket_is_authorized_ = ticket->is_authorized;
  return true;
}

Bytes SessionImpl::peer_certificate() const {
  if (peer_certificate_.empty()) peer_certificate_ = peer_certificate_of(ssl_.get());
  return peer_certificate_;
}

std::optional<Alert> SessionImpl::choose_certificate(SSL* ssl, HelloFacts hello) {
  // RFC 9001 section 8.1. OpenSSL itself sees to it only when the client sent the extension.
  if (!shared_.alpn.empty() && !hello.offers_protocols) return Alert::no_application_protocol;
  return shown_.choose(ssl, std::move(hello.server_name), shared_, TicketUse::quic);
}

bool SessionImpl::is_accepted(X509_STORE_CTX* context) {
  const auto peer = is_server_ ? PeerCheck::Peer::client : PeerCheck::Peer::server;
  if (check_.run(context, shared_, peer, shown_.server_name)) return true;
  handshake_->fail_with(check_.refusal->alert);
  return false;
}

void SessionImpl::keep_ticket(SSL* ssl, SSL_SESSION* ticket) {
  const std::time_t now = std::time(nullptr);
  std::string packed = pack_session(ticket);
  const std::time_t expires = expiry_of(ticket, ssl, now);
  if (expires <= now || packed.empty()) return;
  shared_.tickets.put(ticket_key(), {std::move(packed), expires, is_authorized()});
  has_ticket_ = true;
}

void SessionImpl::take_secret(const char* line) {
  take_exporter_secret(exporter_, line);
  if (shared_.keylog != nullptr) shared_.keylog(shared_.keylog_user, line);
}

}  // namespace usquic::tls::libssl
