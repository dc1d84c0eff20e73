#include "tls/boringssl/driven_ssl.h"

#include <ctime>
#include <utility>

#include "tls/boringssl/session_copy.h"
#include "tls/libssl/agreement.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/exporter_secret.h"
#include "tls/libssl/guarded.h"
#include "tls/libssl/kept_ticket.h"

namespace usquic::tls::boringssl {
namespace {

using libssl::guarded;
using libssl::PeerCheck;

void free_driven_ssl(void* /*parent*/, void* driven, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*number*/,
                     void* /*user*/) {
  delete static_cast<DrivenSsl*>(driven);
}

// Of an SSL: what is deleted with it. Callbacks find the same by the application data.
int driven_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_driven_ssl);
  return index;
}

int share_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// At the first step of the handshake. Without memory for it the SSL has no owner, and its handshake fails.
void adopt(SSL* ssl) {
  auto& share = *static_cast<DrivenShare*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), share_index()));
  auto driven = std::make_unique<DrivenSsl>(share, ssl);
  if (SSL_set_ex_data(ssl, driven_index(), driven.get()) == 1) driven.release()->own(ssl);
}

void on_driven_info(const SSL* ssl, int where, int value) {
  if (where == SSL_CB_HANDSHAKE_START && libssl::SslOwner::of(ssl) == nullptr) {
    guarded(0, [=] {
      adopt(const_cast<SSL*>(ssl));
      return 0;
    });
  }
  libssl::tell_owner(ssl, where, value);
}

}  // namespace

bool DrivenSsl::attach_to_all_of(SSL_CTX* context, DrivenShare& share) {
  SSL_CTX_set_info_callback(context, on_driven_info);
  return SSL_CTX_set_ex_data(context, share_index(), &share) == 1;
}

std::optional<Alert> DrivenSsl::choose_certificate(SSL* ssl, libssl::HelloFacts hello) {
  shown_.server_name = std::move(hello.server_name);
  shown_.credentials = share_.tls.names.find(shown_.server_name);
  if (shown_.credentials == nullptr) return Alert::unrecognized_name;
  SSL_CTX* context = share_.context_of(shown_.credentials);
  if (context == nullptr || SSL_set_SSL_CTX(ssl, context) == nullptr) return Alert::internal_error;
  return std::nullopt;
}

bool DrivenSsl::is_accepted(X509_STORE_CTX* context) {
  const std::string name = is_server() ? std::string() : share_.driver.peer_of(ssl_).server_name;
  const auto peer = is_server() ? PeerCheck::Peer::client : PeerCheck::Peer::server;
  if (check_.run(context, share_.tls, peer, name)) return true;
  check_.tell_finding(context);
  share_.driver.on_refusal(ssl_, *check_.refusal);
  return false;
}

bool DrivenSsl::is_authorized() const {
  if (SSL_session_reused(ssl_) == 0) return check_.is_verified;
  return !is_server() && share_.driver.peer_of(ssl_).ticket_is_authorized;
}

void DrivenSsl::keep_ticket(SSL* ssl, SSL_SESSION* ticket) {
  const std::time_t now = std::time(nullptr);
  const std::time_t expires = libssl::expiry_of(ticket, ssl, now);
  if (expires <= now || SSL_SESSION_is_resumable(ticket) != 1) return;
  libssl::SessionHandle copy;
  if (share_.early_data == EarlyData::refused && SSL_SESSION_early_data_capable(ticket) == 1) {
    copy = copy_without_early_data(*ticket, *SSL_get_SSL_CTX(ssl));
    if (copy == nullptr) return;
    ticket = copy.get();
  }
  share_.driver.on_ticket(ssl, ticket, expires, is_authorized());
}

void DrivenSsl::note(const SSL* ssl, int where, int value) {
  if (where == SSL_CB_WRITE_ALERT && value >> 8 == SSL3_AL_FATAL)
    share_.driver.on_alert(ssl, static_cast<Alert>(value & 0xff));
  if (where != SSL_CB_HANDSHAKE_DONE || std::exchange(is_complete_, true)) return;
  keep_signature(SSL_get_signature_algorithm_used(ssl));
  share_.driver.on_complete(ssl, outcome());
}

Outcome DrivenSsl::outcome() const {
  const Bytes secret = exporter_.secret();
  return {.alpn = libssl::alpn_of(ssl_),
          .server_name = shown_.server_name,
          .peer_certificate = libssl::peer_certificate_of(ssl_),
          .exporter_secret = {secret.begin(), secret.end()},
          .parameters = libssl::parameters_of(ssl_),
          .is_authorized = is_authorized(),
          .is_resumed = SSL_session_reused(ssl_) == 1};
}

void DrivenSsl::take_secret(const char* line) {
  libssl::take_exporter_secret(exporter_, line);
  if (share_.tls.keylog != nullptr) share_.tls.keylog(share_.tls.keylog_user, line);
}

}  // namespace usquic::tls::boringssl
