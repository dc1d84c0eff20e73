#include "tls/openssl/session.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "crypto/cipher_suite.h"
#include "crypto/secret_bytes.h"
#include "tls/host_name.h"
#include "tls/openssl/agreement.h"
#include "tls/openssl/client_hello.h"
#include "tls/openssl/controls.h"
#include "tls/openssl/error_queue.h"
#include "tls/openssl/guarded.h"
#include "usquic/error.h"

namespace usquic::tls::openssl {
namespace {

// A list as TLS has it: each protocol behind its length (RFC 7301 section 3.1).
std::string protocol_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols)
    list.append(1, static_cast<char>(protocol.size())).append(protocol);
  return list;
}

// A ticket must not outlive the certificate that was verified.
std::time_t expiry_of(const X509* certificate) {
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  return timegm(&end);
}

Error error_of_queue() {
  return {take_error(US_QUIC_E_TLS).code};
}

}  // namespace

struct SessionImpl::Callbacks {
  static SessionImpl& from(const SSL* ssl) { return *static_cast<SessionImpl*>(SSL_get_app_data(ssl)); }

  static int on_client_hello(SSL* ssl, int* alert, void* /*user*/) {
    return guarded(SSL_CLIENT_HELLO_ERROR, [=] {
      const std::optional<Alert> refusal = from(ssl).choose_certificate();
      if (!refusal) return SSL_CLIENT_HELLO_SUCCESS;
      *alert = number_of(*refusal);
      return SSL_CLIENT_HELLO_ERROR;
    });
  }

  static int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_length,
                          const unsigned char* offered, unsigned offered_length, void* /*user*/) {
    return select_protocol(from(ssl).shared_.alpn, chosen, chosen_length, {offered, offered_length});
  }

  static int on_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                           EVP_MAC_CTX* mac, int is_sealing) {
    return guarded(-1, [=] {
      const SessionImpl& self = from(ssl);
      return self.shown_.use_ticket_key(self.shared_, TicketUse::quic, name, iv, cipher, mac,
                                        is_sealing != 0);
    });
  }

  static int on_certificate(X509_STORE_CTX* context, void* /*user*/) {
    const auto* ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    return guarded(0, [=] { return from(ssl).is_accepted(context) ? 1 : 0; });
  }

  static int on_ticket(SSL* ssl, SSL_SESSION* ticket) {
    return guarded(0, [=] {
      SessionImpl& self = from(ssl);
      if (!self.is_server_) self.keep_ticket(ticket);
      return 0;  // the reference stays OpenSSL's
    });
  }

  static void on_key_log(const SSL* ssl, const char* line) {
    guarded(0, [=] {
      SessionImpl& self = from(ssl);
      self.take_secret(line);
      if (self.shared_.keylog != nullptr) self.shared_.keylog(self.shared_.keylog_user, line);
      return 0;
    });
  }
};

void SessionImpl::set_callbacks(SSL_CTX* context) {
  // A server keeps no sessions: tickets hold them. A client's are kept in the context's own store.
  set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_client_hello_cb(context, Callbacks::on_client_hello, nullptr);
  SSL_CTX_set_alpn_select_cb(context, Callbacks::on_protocols, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, Callbacks::on_ticket_key);
  SSL_CTX_set_cert_verify_callback(context, Callbacks::on_certificate, nullptr);
  SSL_CTX_sess_set_new_cb(context, Callbacks::on_ticket);
  SSL_CTX_set_keylog_callback(context, Callbacks::on_key_log);
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
  if (ssl_ == nullptr) return false;
  SSL* ssl = ssl_.get();
  return SSL_set_app_data(ssl, this) == 1 && handshake_.attach(ssl) &&
         (shared_.trust == nullptr || set_trust(ssl, shared_.trust->store()));
}

bool SessionImpl::configure_server() {
  SSL* ssl = ssl_.get();
  SSL_set_accept_state(ssl);
  if (!shared_.asks_for_client_certificate()) return true;
  SSL_set_verify(ssl, SSL_VERIFY_PEER | (shared_.verify_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                 nullptr);
  // A resumed handshake asks for no certificate (RFC 8446 section 4.3.2): a server that wants certificates does
  // not resume.
  return SSL_set_num_tickets(ssl, 0) == 1;
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
  handshake_.require_protocol();
  const std::string list = protocol_list(shared_.alpn);
  const Bytes bytes = as_bytes(list);
  // 0 is success here, alone among OpenSSL's functions.
  return SSL_set_alpn_protos(ssl_.get(), bytes.data(), static_cast<unsigned>(bytes.size())) == 0;
}

std::string SessionImpl::ticket_key() const {
  return TicketStore::key(shown_.server_name, port_, quic_version_, shared_.alpn);
}

bool SessionImpl::resume() {
  const std::optional<Ticket> ticket = shared_.tickets.take(ticket_key(), std::time(nullptr));
  if (!ticket.has_value()) return true;
  const Bytes bytes = as_bytes(ticket->data);
  const unsigned char* begin = bytes.data();
  const SessionHandle session(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(bytes.size())));
  if (session == nullptr || SSL_set_session(ssl_.get(), session.get()) != 1) return false;
  ticket_is_authorized_ = ticket->is_authorized;
  return true;
}

Bytes SessionImpl::peer_certificate() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr || !peer_certificate_.empty()) return peer_certificate_;
  peer_certificate_ = der_of(certificate);
  return peer_certificate_;
}

std::optional<Alert> SessionImpl::choose_certificate() {
  SSL* ssl = ssl_.get();
  // RFC 9001 section 8.1. OpenSSL itself sees to it only when the client sent the extension.
  if (!shared_.alpn.empty() && !has_protocols(ssl)) return Alert::no_application_protocol;
  return shown_.choose(ssl, shared_, TicketUse::quic);
}

bool SessionImpl::is_accepted(X509_STORE_CTX* context) {
  const auto peer = is_server_ ? PeerCheck::Peer::client : PeerCheck::Peer::server;
  if (check_.run(context, shared_, peer, shown_.server_name)) return true;
  handshake_.fail_with(check_.refusal->alert);
  return false;
}

void SessionImpl::keep_ticket(SSL_SESSION* ticket) {
  const std::time_t now = std::time(nullptr);
  const std::time_t expires =
      std::min(expiry_of(SSL_get0_peer_certificate(ssl_.get())),
               now + static_cast<std::time_t>(SSL_SESSION_get_ticket_lifetime_hint(ticket)));
  const int length = i2d_SSL_SESSION(ticket, nullptr);
  if (expires <= now || length <= 0 || SSL_SESSION_is_resumable(ticket) == 0) return;
  Ticket kept{std::string(static_cast<std::size_t>(length), '\0'), expires, is_authorized()};
  auto* end = reinterpret_cast<unsigned char*>(kept.data.data());
  i2d_SSL_SESSION(ticket, &end);
  shared_.tickets.put(ticket_key(), std::move(kept));
  has_ticket_ = true;
}

// "EXPORTER_SECRET", the client's random bytes, the secret. OpenSSL gives it away in no other place that is left when a
// server's session is gone.
void SessionImpl::take_secret(std::string_view line) {
  if (!line.starts_with("EXPORTER_SECRET ")) return;
  const std::string_view digits = line.substr(line.rfind(' ') + 1);
  std::array<std::uint8_t, crypto::max_hash_bytes> bytes;
  const MutableBytes secret = MutableBytes(bytes).first(std::min(digits.size() / 2, bytes.size()));
  for (std::size_t i = 0; i < secret.size(); ++i)
    secret[i] = static_cast<std::uint8_t>(hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]));
  exporter_.set_secret(secret);
  crypto::wipe(bytes);
}

}  // namespace usquic::tls::openssl
