#include "tls/gnutls/agreement.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "tls/gnutls/gnutls_handles.h"

namespace usquic::tls::gnutls {
namespace {

void append_hex(std::string& text, const gnutls_datum_t& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned i = 0; i < bytes.size; ++i) {
    text.push_back(digits[bytes.data[i] >> 4]);
    text.push_back(digits[bytes.data[i] & 0xF]);
  }
}

std::optional<CipherSuiteId> cipher_suite_of(gnutls_cipher_algorithm_t cipher) {
  switch (cipher) {
    case GNUTLS_CIPHER_AES_128_GCM:
      return CipherSuiteId::aes_128_gcm_sha256;
    case GNUTLS_CIPHER_AES_256_GCM:
      return CipherSuiteId::aes_256_gcm_sha384;
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return CipherSuiteId::chacha20_poly1305_sha256;
    default:
      return std::nullopt;
  }
}

std::optional<Group> group_of(gnutls_group_t group) {
  const char* name = gnutls_group_get_name(group);
  if (name == nullptr) return std::nullopt;
  return name == std::string_view("X25519-MLKEM768") ? Group::x25519mlkem768 : tls::group_of(name);
}

// "ECDSA-SECP256R1-SHA256" is ecdsa_secp256r1_sha256, "EdDSA-Ed25519" is ed25519. In TLS 1.2 the first is "ECDSA-SHA256",
// of any curve by the same number, and "RSA-SHA256" is rsa_pkcs1_sha256.
std::optional<SignatureScheme> scheme_of(int algorithm) {
  const char* name = gnutls_sign_get_name(static_cast<gnutls_sign_algorithm_t>(algorithm));
  if (name == nullptr) return std::nullopt;
  std::string text(name);
  std::ranges::replace(text, '-', '_');
  if (text.starts_with("EdDSA_")) text.erase(0, 6);
  if (text == "ECDSA_SHA256") return SignatureScheme::ecdsa_secp256r1_sha256;
  if (text == "ECDSA_SHA384") return SignatureScheme::ecdsa_secp384r1_sha384;
  if (text == "ECDSA_SHA512") return SignatureScheme::ecdsa_secp521r1_sha512;
  if (text.starts_with("RSA_SHA")) text.insert(4, "PKCS1_");
  // GnuTLS's names of RSASSA-PSS with a key of RSA are RSA-PSS-RSAE-…; with a key of RSASSA-PSS, RSA-PSS-….
  if (text.starts_with("RSA_PSS_SHA")) text.insert(8, "PSS_");
  return signature_scheme_of(text);
}

}  // namespace

std::string alpn_of(gnutls_session_t native) {
  gnutls_datum_t protocol{};
  if (gnutls_alpn_get_selected_protocol(native, &protocol) < 0) return {};
  return std::string(as_text({protocol.data, protocol.size}));
}

int set_protocols(gnutls_session_t native, std::span<const std::string> protocols) {
  if (protocols.empty()) return 0;
  std::vector<gnutls_datum_t> list;
  list.reserve(protocols.size());
  for (const std::string& protocol : protocols) list.push_back(datum_of(protocol));
  return gnutls_alpn_set_protocols(native, list.data(), static_cast<unsigned>(list.size()),
                                   GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
}

Bytes peer_certificate_of(gnutls_session_t native) {
  unsigned count = 0;
  const gnutls_datum_t* peers = gnutls_certificate_get_peers(native, &count);
  if (peers == nullptr || count == 0) return {};
  return {peers[0].data, peers[0].size};
}

Parameters parameters_of(gnutls_session_t native) {
  Parameters agreed;
  agreed.cipher_suite = cipher_suite_of(gnutls_cipher_get(native));
  agreed.group = group_of(gnutls_group_get(native));
  if (gnutls_session_is_resumed(native) == 0)
    agreed.signature_scheme = scheme_of(gnutls_sign_algorithm_get(native));
  return agreed;
}

void log_secret(gnutls_session_t native, const ContextState& state, std::string_view label,
                const gnutls_datum_t& secret) {
  if (state.keylog == nullptr) return;
  gnutls_datum_t client_random{};
  gnutls_datum_t server_random{};
  gnutls_session_get_random(native, &client_random, &server_random);
  std::string line(label);
  append_hex(line.append(1, ' '), client_random);
  append_hex(line.append(1, ' '), secret);
  state.keylog(state.keylog_user, line.c_str());
}

}  // namespace usquic::tls::gnutls
