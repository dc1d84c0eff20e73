#include "tls/gnutls/session.h"

#include <gnutls/x509.h>

#include <ctime>
#include <utility>

#include "tls/alerts.h"
#include "tls/gnutls/agreement.h"
#include "tls/gnutls/gnutls_handles.h"
#include "tls/gnutls/guarded.h"
#include "tls/host_name.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

int error_code(int gnutls_error) {
  return gnutls_error == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : US_QUIC_E_TLS;
}

bool has_alpn(gnutls_session_t native) {
  gnutls_datum_t protocol{};
  return gnutls_alpn_get_selected_protocol(native, &protocol) == 0;
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

struct SessionImpl::Callbacks {
  static SessionImpl& from(gnutls_session_t native) {
    return *static_cast<SessionImpl*>(gnutls_db_get_ptr(native));
  }

  static int on_client_hello(gnutls_session_t native) {
    return guarded([native] { return from(native).choose_certificate(); });
  }

  static int on_certificate(gnutls_session_t native) {
    return guarded([native] { return from(native).verify(); });
  }

  static int on_message(gnutls_session_t native, unsigned type, unsigned, unsigned incoming,
                        const gnutls_datum_t*) {
    if (incoming == 0) return 0;
    return guarded([native, type] {
      SessionImpl& self = from(native);
      // RFC 9001 section 8.1. GnuTLS itself sees to it only when the server sent the extension.
      if (type == GNUTLS_HANDSHAKE_FINISHED && !self.shared_.alpn.empty() && !has_alpn(native))
        return GNUTLS_E_NO_APPLICATION_PROTOCOL;
      if (type == GNUTLS_HANDSHAKE_NEW_SESSION_TICKET) self.keep_ticket();
      return 0;
    });
  }

  static int on_secret(gnutls_session_t native, const char* label, const gnutls_datum_t* secret) {
    return guarded([native, label, secret] {
      from(native).take_secret(label, *secret);
      return 0;
    });
  }
};

Result<std::unique_ptr<Session>> SessionImpl::create_server(SharedState& shared) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, true));
  // GnuTLS's tickets hold no client certificate, and a resumed handshake asks for none (RFC 8446
  // section 4.3.2): a server that wants certificates does not resume.
  const unsigned tickets = shared.asks_for_client_certificate() ? GNUTLS_NO_TICKETS : 0;
  const int result = session->initialize(GNUTLS_SERVER | tickets);
  if (result < 0) return Error{error_code(result)};
  gnutls_handshake_set_post_client_hello_function(session->native_, Callbacks::on_client_hello);
  if (shared.asks_for_client_certificate()) {
    gnutls_certificate_server_set_request(session->native_,
                                          shared.verify_client ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  }
  return std::unique_ptr<Session>(std::move(session));
}

Result<std::unique_ptr<Session>> SessionImpl::create_client(SharedState& shared, std::string server_name,
                                                            std::uint16_t port, std::uint32_t quic_version) {
  std::unique_ptr<SessionImpl> session(new SessionImpl(shared, false));
  session->shown_.server_name = std::move(server_name);
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
  gnutls_session_set_keylog_function(native_, Callbacks::on_secret);
  gnutls_session_set_verify_function(native_, Callbacks::on_certificate);
  result = handshake_.attach(native_);
  if (result < 0) return result;
  return set_protocols(native_, shared_.alpn);
}

int SessionImpl::configure_client() {
  const std::shared_ptr<const Credentials>& own = shared_.names.default_credentials();
  shown_.credentials = own == nullptr ? shared_.anonymous : own;
  int result = gnutls_credentials_set(native_, GNUTLS_CRD_CERTIFICATE, shown_.credentials->native());
  if (result < 0) return result;
  gnutls_handshake_set_hook_function(native_, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, Callbacks::on_message);
  // RFC 6066 section 3: no addresses in SNI.
  if (shown_.server_name.empty() || is_ip_address(shown_.server_name)) return 0;
  return gnutls_server_name_set(native_, GNUTLS_NAME_DNS, shown_.server_name.data(),
                                shown_.server_name.size());
}

std::string SessionImpl::ticket_key() const {
  return TicketStore::key(shown_.server_name, port_, quic_version_, shared_.alpn);
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

bool SessionImpl::is_authorized() const {
  return is_resumed() ? ticket_is_authorized_ : check_.is_verified;
}

bool SessionImpl::is_resumed() const {
  return gnutls_session_is_resumed(native_) != 0;
}

int SessionImpl::choose_certificate() {
  // RFC 9001 section 8.1. GnuTLS itself sees to it only when the client sent the extension.
  if (!shared_.alpn.empty() && !has_alpn(native_)) return GNUTLS_E_NO_APPLICATION_PROTOCOL;
  return shown_.choose(native_, shared_, TicketUse::quic);
}

int SessionImpl::verify() {
  const auto peer = is_server_ ? PeerCheck::Peer::client : PeerCheck::Peer::server;
  return check_.run(native_, shared_, peer, shown_.server_name);
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

void SessionImpl::take_secret(std::string_view label, const gnutls_datum_t& secret) {
  if (label == "EXPORTER_SECRET") exporter_.set_secret({secret.data, secret.size});
  log_secret(native_, shared_, label, secret);
}

}  // namespace usquic::tls::gnutls
