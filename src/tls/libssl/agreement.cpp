#include "tls/libssl/agreement.h"

#include <optional>
#include <string_view>

#include "tls/libssl/dialect.h"

namespace usquic::tls::libssl {
namespace {

// Whether a list holds it (RFC 7301 section 3.1).
const unsigned char* find_protocol(Bytes list, std::string_view wanted) {
  while (!list.empty() && list.front() < list.size()) {
    const Bytes protocol = list.subspan(1, list.front());
    if (as_text(protocol) == wanted) return protocol.data();
    list = list.subspan(1 + protocol.size());
  }
  return nullptr;
}

// By the AEAD, which TLS 1.2 and 1.3 have in common.
std::optional<CipherSuiteId> cipher_suite_of(const SSL_CIPHER* cipher) {
  if (cipher == nullptr) return std::nullopt;
  switch (SSL_CIPHER_get_cipher_nid(cipher)) {
    case NID_aes_128_gcm:
      return CipherSuiteId::aes_128_gcm_sha256;
    case NID_aes_256_gcm:
      return CipherSuiteId::aes_256_gcm_sha384;
    case NID_chacha20_poly1305:
      return CipherSuiteId::chacha20_poly1305_sha256;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string alpn_of(const SSL* ssl) {
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &length);
  return std::string(as_text({protocol, length}));
}

Parameters parameters_of(SSL* ssl) {
  Parameters agreed;
  agreed.cipher_suite = cipher_suite_of(SSL_get_current_cipher(ssl));
  agreed.group = group_of(ssl);
  if (SSL_session_reused(ssl) == 0) agreed.signature_scheme = signature_scheme_of(ssl);
  return agreed;
}

int select_protocol(std::span<const std::string> own, const unsigned char** chosen,
                    unsigned char* chosen_length, Bytes offered) {
  if (own.empty()) return SSL_TLSEXT_ERR_NOACK;
  for (const std::string& protocol : own) {
    *chosen = find_protocol(offered, protocol);
    *chosen_length = static_cast<unsigned char>(protocol.size());
    if (*chosen != nullptr) return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace usquic::tls::libssl
