#include "tls/libssl/dialect.h"

#include <algorithm>
#include <string>

#include "tls/libssl/error_queue.h"
#include "tls/openssl/controls.h"

namespace usquic::tls::libssl {
namespace {

using StackHandle =
    std::unique_ptr<STACK_OF(X509), ReleaseWith<[](STACK_OF(X509) * stack) { sk_X509_free(stack); }>>;

// Groups that this OpenSSL does not have are passed over ("?"). The first two have key shares in a ClientHello ("*"), and
// a server that a client sent one of them does not ask for another.
std::string group_list(std::span<const Group> groups) {
  std::string text;
  int key_shares = 0;
  for (const Group group : groups) {
    if (!text.empty()) text += ':';
    text += key_shares++ < 2 ? "?*" : "?";
    text += name_of(group);
  }
  return text;
}

std::string suite_list(std::span<const CipherSuiteId> suites) {
  std::string text;
  for (const CipherSuiteId suite : suites) {
    if (!text.empty()) text += ':';
    text += name_of(suite);
  }
  return text;
}

}  // namespace

bool set_versions(SSL_CTX* context, int least, int most) {
  return openssl::set_versions(context, least, most);
}

bool set_groups(SSL_CTX* context, std::span<const Group> groups) {
  return openssl::set_groups(context, group_list(groups));
}

bool set_cipher_suites(SSL_CTX* context, std::span<const CipherSuiteId> suites) {
  return SSL_CTX_set_ciphersuites(context, suite_list(suites).c_str()) == 1;
}

bool set_ticket_lifetime(SSL_CTX* context, std::uint32_t seconds) {
  SSL_CTX_set_timeout(context, static_cast<long>(seconds));
  return true;
}

bool use_identity(SSL_CTX* context, const std::vector<CertificateHandle>& chain, EVP_PKEY* key) {
  const StackHandle rest(sk_X509_new_null());
  if (rest == nullptr) return false;
  for (auto certificate = chain.begin() + 1; certificate != chain.end(); ++certificate) {
    if (sk_X509_push(rest.get(), certificate->get()) == 0) return false;
  }
  return SSL_CTX_use_cert_and_key(context, chain.front().get(), key, rest.get(), 1) == 1;
}

void compress_certificates(SSL_CTX* context) {
  SSL_CTX_compress_certs(context, 0);
  clear_errors();
}

void set_options(SSL_CTX* context, TicketUse use) {
  if (use == TicketUse::quic) {
    SSL_CTX_clear_options(context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    return;
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A connection that waits needs no memory for records.
  openssl::set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

// A server keeps no sessions: tickets hold them. A client's are kept in the context's own store.
void set_session_cache(SSL_CTX* context, TicketUse use) {
  openssl::set_session_cache_mode(context, use == TicketUse::quic
                                               ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                               : SSL_SESS_CACHE_OFF);
}

bool set_server_name(SSL* ssl, const std::string& name) {
  return openssl::set_server_name(ssl, name);
}

bool set_trust(SSL* ssl, X509_STORE* store) {
  return openssl::set_trust(ssl, store);
}

std::optional<Group> group_of(SSL* ssl) {
  const char* name = SSL_get0_group_name(ssl);
  return name == nullptr ? std::nullopt : tls::group_of(name);
}

std::optional<SignatureScheme> signature_scheme_of(SSL* ssl) {
  const char* name = openssl::signature_name(ssl, SSL_is_server(ssl) == 0);
  return name == nullptr ? std::nullopt : tls::signature_scheme_of(name);
}

// OpenSSL has written them.
void write_tickets(SSL* /*ssl*/) {}

std::vector<std::uint8_t> peer_certificate_of(const SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  return certificate == nullptr ? std::vector<std::uint8_t>() : der_of(certificate);
}

std::time_t end_of_peer_certificate(const SSL* ssl) {
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  return timegm(&end);
}

std::time_t ticket_lifetime_of(const SSL_SESSION* ticket) {
  return static_cast<std::time_t>(SSL_SESSION_get_ticket_lifetime_hint(ticket));
}

KeyHandle make_p256_key() {
  return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

}  // namespace usquic::tls::libssl
