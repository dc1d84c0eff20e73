#include "tls/gnutls/session.h"

#include <gnutls/x509.h>

#include <array>
#include <ctime>
#include <utility>

#include "tls/alerts.h"
#include "tls/gnutls/gnutls_handles.h"
#include "tls/gnutls/guarded.h"
#include "tls/host_name.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

int error_code(int gnutls_error) {
  return gnutls_error == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : US_QUIC_E_TLS;
}

void append_hex(std::string& text, const gnutls_datum_t& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned i = 0; i < bytes.size; ++i) {
    text.push_back(digits[bytes.data[i] >> 4]);
    text.push_back(digits[bytes.data[i] & 0xF]);
  }
}

bool has_alpn(gnutls_session_t native) {
  gnutls_datum_t protocol{};
  return gnutls_alpn_get_selected_protocol(native, &protocol) == 0;
}

// The server name that a ClientHello asks for, or "".
std::string name_in_hello(gnutls_session_t native) {
  std::array<char, 257> name{};
  std::size_t length = name.size();
  unsigned type = 0;
  if (gnutls_server_name_get(native, name.data(), &length, &type, 0) < 0) return {};
  return std::string(name.data(), length);
}

// A ticket must not outlive the certificate that was verified.
std::time_t expiry_of_peer(Bytes certificate) {
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) < 0) return 0;
  const CertificateHandle handle(raw);
  const gnutls_datum_t der = datum_of(as_text(certificate));
  if (gnutls_x509_crt_import(raw, &der, GNUTLS_X509_FMT_DER) < 0) return 0;
  return gnutls_x509_crt_get_expiration_time(raw);
}

}  // namespace

Result<std::unique_ptr<Session>> SessionImpl::create_server(SharedState& shared) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, true));
  // GnuTLS's tickets hold no client certificate, and a resumed handshake asks for none (RFC 8446
  // section 4.3.2): a server that wants certificates does not resume.
  const unsigned tickets = shared.asks_for_client_certificate() ? GNUTLS_NO_TICKETS : 0;
  const int result = session->initialize(GNUTLS_SERVER | tickets);
  if (result < 0) return Error{error_code(result)};
  gnutls_handshake_set_post_client_hello_function(session->native_, on_client_hello);
  if (shared.asks_for_client_certificate()) {
    gnutls_certificate_server_set_request(session->native_,
                                          shared.verify_client ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  }
  return std::unique_ptr<Session>(std::move(session));
}

Result<std::unique_ptr<Session>> SessionImpl::create_client(SharedState& shared, std::string server_name,
                                                            std::uint16_t port, std::uint32_t quic_version) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, false));
  session->server_name_ = std::move(server_name);
  session->port_ = port;
  session->quic_version_ = quic_version;
  int result = session->initialize(GNUTLS_CLIENT);
  if (result == 0) result = session->configure_client();
  if (result == 0) result = session->resume();
  if (result < 0) return Error{error_code(result)};
  return std::unique_ptr<Session>(std::move(session));
}

SessionImpl::~SessionImpl() {
  if (native_ != nullptr) gnutls_deinit(native_);
}

int SessionImpl::initialize(unsigned flags) {
  // RFC 9001 section 8.3: QUIC has no EndOfEarlyData.
  int result = gnutls_init(&native_, flags | GNUTLS_NO_END_OF_EARLY_DATA);
  if (result < 0) return result;
  gnutls_db_set_ptr(native_, this);
  result = gnutls_priority_set(native_, shared_.priority.get());
  if (result < 0) return result;
  // Replaces GnuTLS's own, which would write to $SSLKEYLOGFILE.
  gnutls_session_set_keylog_function(native_, shared_.keylog == nullptr ? nullptr : on_secret);
  gnutls_session_set_verify_function(native_, on_certificate);
  result = handshake_.attach(native_);
  if (result < 0) return result;
  if (shared_.alpn.empty()) return 0;
  std::vector<gnutls_datum_t> protocols;
  protocols.reserve(shared_.alpn.size());
  for (const std::string& protocol : shared_.alpn) protocols.push_back(datum_of(protocol));
  return gnutls_alpn_set_protocols(native_, protocols.data(), static_cast<unsigned>(protocols.size()),
                                   GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
}

int SessionImpl::configure_client() {
  const std::shared_ptr<const Credentials>& own = shared_.names.default_credentials();
  credentials_ = own == nullptr ? shared_.anonymous : own;
  int result = gnutls_credentials_set(native_, GNUTLS_CRD_CERTIFICATE, credentials_->native());
  if (result < 0) return result;
  gnutls_handshake_set_hook_function(native_, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, on_message);
  // RFC 6066 section 3: no addresses in SNI.
  if (server_name_.empty() || is_ip_address(server_name_)) return 0;
  return gnutls_server_name_set(native_, GNUTLS_NAME_DNS, server_name_.data(), server_name_.size());
}

std::string SessionImpl::ticket_key() const {
  return TicketStore::key(server_name_, port_, quic_version_, shared_.alpn);
}

int SessionImpl::resume() {
  const std::optional<Ticket> ticket = shared_.tickets.take(ticket_key(), std::time(nullptr));
  if (!ticket.has_value()) return 0;
  // What fails here leaves GnuTLS 3.7 with half a session, which its handshake trips over.
  const int result = gnutls_session_set_data(native_, ticket->data.data(), ticket->data.size());
  if (result < 0) return result;
  ticket_is_authorized_ = ticket->is_authorized;
  return 0;
}

std::string SessionImpl::alpn() const {
  gnutls_datum_t protocol{};
  if (gnutls_alpn_get_selected_protocol(native_, &protocol) < 0) return {};
  return std::string(as_text({protocol.data, protocol.size}));
}

std::string SessionImpl::server_name() const {
  return server_name_;
}

Bytes SessionImpl::peer_certificate() const {
  unsigned count = 0;
  const gnutls_datum_t* peers = gnutls_certificate_get_peers(native_, &count);
  if (peers == nullptr || count == 0) return {};
  return {peers[0].data, peers[0].size};
}

bool SessionImpl::is_authorized() const {
  return is_resumed() ? ticket_is_authorized_ : is_verified_;
}

bool SessionImpl::is_resumed() const {
  return gnutls_session_is_resumed(native_) != 0;
}

Error SessionImpl::failure(std::optional<Alert> alert) const {
  if (refusal_ != nullptr) return {refusal_->code};
  return alert.has_value() ? error_of_alert(*alert) : Error{US_QUIC_E_TLS};
}

std::string SessionImpl::failure_text(std::optional<Alert> alert) const {
  if (refusal_ != nullptr) return refusal_->text;
  return alert.has_value() ? text_of_alert(*alert, is_server_) : std::string();
}

SessionImpl& SessionImpl::from(gnutls_session_t native) {
  return *static_cast<SessionImpl*>(gnutls_db_get_ptr(native));
}

int SessionImpl::on_client_hello(gnutls_session_t native) {
  return guarded([native] { return from(native).choose_certificate(); });
}

int SessionImpl::choose_certificate() {
  // RFC 9001 section 8.1. GnuTLS itself sees to it only when the client sent the extension.
  if (!shared_.alpn.empty() && !has_alpn(native_)) return GNUTLS_E_NO_APPLICATION_PROTOCOL;
  std::string name = name_in_hello(native_);
  // RFC 8446 section 4.1.2: a second ClientHello keeps the name of the first. GnuTLS does not look, and still
  // has the ticket key of the first.
  if (credentials_ != nullptr) return name == server_name_ ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
  std::shared_ptr<const Credentials> chosen = shared_.names.find(name);
  if (chosen == nullptr) return GNUTLS_E_UNRECOGNIZED_NAME;
  server_name_ = std::move(name);
  const int result = gnutls_credentials_set(native_, GNUTLS_CRD_CERTIFICATE, chosen->native());
  credentials_ = std::move(chosen);
  return result < 0 ? result : enable_tickets();
}

// GnuTLS looks at the client's ticket after this.
int SessionImpl::enable_tickets() {
  if (shared_.asks_for_client_certificate()) return 0;
  const TicketKey& bytes = credentials_->ticket_key();
  const gnutls_datum_t key{const_cast<unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
  return gnutls_session_ticket_enable_server(native_, &key);
}

int SessionImpl::on_certificate(gnutls_session_t native) {
  return guarded([native] { return from(native).verify(); });
}

int SessionImpl::verify() {
  if (shared_.trust == nullptr) return 0;  // nobody enforces it, and no roots were given to try it with
  const bool is_enforced = is_server_ ? shared_.verify_client : shared_.verify_server;
  Verdict verdict = is_server_ ? verify_client(native_, *shared_.trust)
                               : verify_server(native_, *shared_.trust, server_name_);
  is_verified_ = verdict.code == 0;
  if (is_verified_ || !is_enforced) return 0;
  refusal_ = std::make_unique<Verdict>(std::move(verdict));
  // GnuTLS would say bad_certificate for every reason. With this code its callers take the alert as sent.
  gnutls_alert_send(native_, GNUTLS_AL_FATAL, refusal_->alert);
  return GNUTLS_E_FATAL_ALERT_RECEIVED;
}

int SessionImpl::on_message(gnutls_session_t native, unsigned type, unsigned, unsigned incoming,
                            const gnutls_datum_t*) {
  if (incoming == 0) return 0;
  return guarded([native, type] {
    SessionImpl& self = from(native);
    // RFC 9001 section 8.1. GnuTLS itself sees to it only when the server sent the extension.
    if (type == GNUTLS_HANDSHAKE_FINISHED && !self.shared_.alpn.empty() && !has_alpn(native))
      return GNUTLS_E_NO_APPLICATION_PROTOCOL;
    if (type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET) {
      self.keeps_tickets_ = true;
      self.keep_ticket();
    }
    return 0;
  });
}

void SessionImpl::store_ticket() {
  if (!is_server_ && !keeps_tickets_) keep_ticket();
}

void SessionImpl::keep_ticket() {
  // Without a ticket GnuTLS would try to wait for one.
  if ((gnutls_session_get_flags(native_) & GNUTLS_SFLAGS_SESSION_TICKET) == 0) return;
  const std::time_t expires = expiry_of_peer(peer_certificate());
  if (expires <= std::time(nullptr)) return;
  Datum data;
  if (gnutls_session_get_data2(native_, data.out()) < 0) return;
  Ticket ticket{std::string(data.text()), expires, is_authorized()};
  shared_.tickets.put(ticket_key(), std::move(ticket));
  has_ticket_ = true;
}

int SessionImpl::on_secret(gnutls_session_t native, const char* label, const gnutls_datum_t* secret) {
  return guarded([native, label, secret] {
    gnutls_datum_t client_random{};
    gnutls_datum_t server_random{};
    gnutls_session_get_random(native, &client_random, &server_random);
    std::string line(label);
    append_hex(line.append(1, ' '), client_random);
    append_hex(line.append(1, ' '), *secret);
    const SharedState& shared = from(native).shared_;
    shared.keylog(shared.keylog_user, line.c_str());
    return 0;
  });
}

}  // namespace usquic::tls::gnutls
