#include "tls/libssl/ssl_owner.h"

#include "tls/libssl/agreement.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/guarded.h"

namespace usquic::tls::libssl {
namespace {

int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_length,
                 const unsigned char* offered, unsigned offered_length, void* /*user*/) {
  const SslOwner* owner = SslOwner::of(ssl);
  if (owner == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
  return select_protocol(owner->protocols(), chosen, chosen_length, {offered, offered_length});
}

int on_certificate(X509_STORE_CTX* context, void* /*user*/) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  SslOwner* owner = SslOwner::of(ssl);
  return guarded(0, [=] { return owner != nullptr && owner->is_accepted(context) ? 1 : 0; });
}

void on_key_log(const SSL* ssl, const char* line) {
  guarded(0, [=] {
    if (SslOwner* owner = SslOwner::of(ssl)) owner->take_secret(line);
    return 0;
  });
}

int on_ticket(SSL* ssl, SSL_SESSION* ticket) {
  return guarded(0, [=] {
    SslOwner* owner = SslOwner::of(ssl);
    if (owner != nullptr && SSL_is_server(ssl) == 0) owner->keep_ticket(ssl, ticket);
    return 0;  // the reference stays the library's
  });
}

}  // namespace

void call_owners(SSL_CTX* context) {
  call_for_client_hello(context);
  call_for_ticket_keys(context);
  SSL_CTX_set_alpn_select_cb(context, on_protocols, nullptr);
  SSL_CTX_set_cert_verify_callback(context, on_certificate, nullptr);
  SSL_CTX_set_keylog_callback(context, on_key_log);
}

void call_owners_for_tickets(SSL_CTX* context) {
  SSL_CTX_sess_set_new_cb(context, on_ticket);
}

void tell_owner(const SSL* ssl, int where, int value) {
  guarded(0, [=] {
    if (SslOwner* owner = SslOwner::of(ssl)) owner->note(ssl, where, value);
    return 0;
  });
}

}  // namespace usquic::tls::libssl
