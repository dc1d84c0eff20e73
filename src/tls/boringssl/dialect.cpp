#include "tls/libssl/dialect.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "tls/boringssl/quic_handshake.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/ssl_owner.h"

namespace usquic::tls::libssl {
namespace {

// BoringSSL by itself offers no Ed25519 and no P-521, and a policy would leave out some more.
constexpr std::uint16_t signature_schemes[] = {
    SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_ED25519,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_ECDSA_SECP384R1_SHA384, SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,       SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,    SSL_SIGN_RSA_PKCS1_SHA512,
};

bool contains(std::span<const CipherSuiteId> suites, CipherSuiteId suite) {
  return std::ranges::find(suites, suite) != suites.end();
}

bool set_signature_schemes(SSL_CTX* context) {
  return SSL_CTX_set_signing_algorithm_prefs(context, signature_schemes, std::size(signature_schemes)) == 1 &&
         SSL_CTX_set_verify_algorithm_prefs(context, signature_schemes, std::size(signature_schemes)) == 1;
}

// The policy that leaves out the cipher suites that are not wanted; nothing: none does.
std::optional<ssl_compliance_policy_t> policy_of(std::span<const CipherSuiteId> suites) {
  const bool has_128 = contains(suites, CipherSuiteId::aes_128_gcm_sha256);
  const bool has_256 = contains(suites, CipherSuiteId::aes_256_gcm_sha384);
  const bool has_chacha20 = contains(suites, CipherSuiteId::chacha20_poly1305_sha256);
  if (has_128 && has_256)
    return has_chacha20 ? ssl_compliance_policy_none : ssl_compliance_policy_fips_202205;
  if (has_256 && !has_chacha20) return ssl_compliance_policy_wpa3_192_202304;
  return std::nullopt;
}

bool is_known(Group group) {
  switch (group) {
    case Group::secp256r1:
    case Group::secp384r1:
    case Group::secp521r1:
    case Group::x25519:
    case Group::x25519mlkem768:
      return true;
  }
  return false;
}

}  // namespace

bool set_versions(SSL_CTX* context, int least, int most) {
  return SSL_CTX_set_min_proto_version(context, static_cast<std::uint16_t>(least)) == 1 &&
         SSL_CTX_set_max_proto_version(context, static_cast<std::uint16_t>(most)) == 1;
}

// A client sends a key share of the first, and where that is against quantum computers also of the next that is not. An
// empty list would mean BoringSSL's own groups.
bool set_groups(SSL_CTX* context, std::span<const Group> groups) {
  std::vector<std::uint16_t> ids;
  for (const Group group : groups) {
    const auto id = static_cast<std::uint16_t>(group);
    if (is_known(group) && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return !ids.empty() && SSL_CTX_set1_group_ids(context, ids.data(), ids.size()) == 1;
}

// BoringSSL orders the suites of TLS 1.3 by itself, and leaves some out by policies alone.
bool set_cipher_suites(SSL_CTX* context, std::span<const CipherSuiteId> suites) {
  const std::optional<ssl_compliance_policy_t> policy = policy_of(suites);
  return policy &&
         (policy == ssl_compliance_policy_none || SSL_CTX_set_compliance_policy(context, *policy) == 1) &&
         set_signature_schemes(context);
}

// TLS 1.2 and 1.3 have one each.
bool set_ticket_lifetime(SSL_CTX* context, std::uint32_t seconds) {
  SSL_CTX_set_timeout(context, seconds);
  SSL_CTX_set_session_psk_dhe_timeout(context, seconds);
  return true;
}

bool use_identity(SSL_CTX* context, const std::vector<CertificateHandle>& chain, EVP_PKEY* key) {
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_clear_chain_certs(context) != 1)
    return false;
  return std::all_of(chain.begin() + 1, chain.end(), [context](const CertificateHandle& certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
  });
}

// BoringSSL has no method of its own.
void compress_certificates(SSL_CTX* /*context*/) {}

// BoringSSL has no compatibility mode in QUIC, never renegotiates as a server, and keeps no buffers.
void set_options(SSL_CTX* context, TicketUse use) {
  if (use == TicketUse::quic) boringssl::QuicHandshakeImpl::set_callbacks(context);
}

// A server keeps no sessions: tickets hold them. A client's are kept in the context's own store.
void set_session_cache(SSL_CTX* context, TicketUse use) {
  SSL_CTX_set_session_cache_mode(context, use == TicketUse::quic
                                              ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                              : SSL_SESS_CACHE_OFF);
}

bool set_server_name(SSL* ssl, const std::string& name) {
  return SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

bool set_trust(SSL* ssl, X509_STORE* store) {
  return SSL_set1_verify_cert_store(ssl, store) == 1;
}

std::optional<Group> group_of(SSL* ssl) {
  const auto group = static_cast<Group>(SSL_get_group_id(ssl));
  return is_known(group) ? std::optional(group) : std::nullopt;
}

// IANA's numbers, too.
std::optional<SignatureScheme> signature_scheme_of(SSL* ssl) {
  const std::uint16_t id =
      SSL_is_server(ssl) == 1 ? SslOwner::of(ssl)->kept_signature() : SSL_get_peer_signature_algorithm(ssl);
  const char* name = id == 0 ? nullptr : name_of(static_cast<SignatureScheme>(id));
  return name == nullptr ? std::nullopt : tls::signature_scheme_of(name);
}

// BoringSSL keeps them back in case that nobody reads; here what is written is kept in memory. Without them the
// connection goes on.
void write_tickets(SSL* ssl) {
  SSL_write(ssl, nullptr, 0);
  clear_errors();
}

std::vector<std::uint8_t> peer_certificate_of(const SSL* ssl) {
  const STACK_OF(CRYPTO_BUFFER)* chain = SSL_get0_peer_certificates(ssl);
  if (chain == nullptr || sk_CRYPTO_BUFFER_num(chain) == 0) return {};
  const CRYPTO_BUFFER* leaf = sk_CRYPTO_BUFFER_value(chain, 0);
  const Bytes der(CRYPTO_BUFFER_data(leaf), CRYPTO_BUFFER_len(leaf));
  return {der.begin(), der.end()};
}

std::time_t end_of_peer_certificate(const SSL* ssl) {
  const CertificateHandle certificate(SSL_get_peer_certificate(ssl));
  std::int64_t end = 0;
  if (certificate == nullptr || ASN1_TIME_to_posix(X509_get0_notAfter(certificate.get()), &end) != 1)
    return 0;
  return end;
}

// The hint is of TLS 1.2 alone.
std::time_t ticket_lifetime_of(const SSL_SESSION* ticket) {
  return static_cast<std::time_t>(SSL_SESSION_get_timeout(ticket));
}

KeyHandle make_p256_key() {
  return KeyHandle(EVP_PKEY_generate_from_alg(EVP_pkey_ec_p256()));
}

}  // namespace usquic::tls::libssl
