// What a handshake agrees on beside the protocol: cipher suite, group, signature scheme, by the numbers that TLS 1.3
// gives them (RFC 8446 sections 4.2.3, 4.2.7 and B.4; IANA's registries of TLS parameters).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace usquic::tls {

enum class CipherSuiteId : std::uint16_t {
  aes_128_gcm_sha256 = 0x1301,
  aes_256_gcm_sha384 = 0x1302,
  chacha20_poly1305_sha256 = 0x1303,
};

enum class Group : std::uint16_t {
  secp256r1 = 0x0017,
  secp384r1 = 0x0018,
  secp521r1 = 0x0019,
  x25519 = 0x001d,
  x25519mlkem768 = 0x11ec,  // draft-ietf-tls-ecdhe-mlkem: against quantum computers
};

enum class SignatureScheme : std::uint16_t {
  rsa_pkcs1_sha256 = 0x0401,
  rsa_pkcs1_sha384 = 0x0501,
  rsa_pkcs1_sha512 = 0x0601,
  ecdsa_secp256r1_sha256 = 0x0403,
  ecdsa_secp384r1_sha384 = 0x0503,
  ecdsa_secp521r1_sha512 = 0x0603,
  rsa_pss_rsae_sha256 = 0x0804,
  rsa_pss_rsae_sha384 = 0x0805,
  rsa_pss_rsae_sha512 = 0x0806,
  ed25519 = 0x0807,
  ed448 = 0x0808,
  rsa_pss_pss_sha256 = 0x0809,
  rsa_pss_pss_sha384 = 0x080a,
  rsa_pss_pss_sha512 = 0x080b,
};

// Nothing: none, or one that has no name here.
struct Parameters {
  std::optional<CipherSuiteId> cipher_suite;
  std::optional<Group> group;
  std::optional<SignatureScheme> signature_scheme;  // the server's; none in a resumed session
};

// As IANA registers them, such as "TLS_AES_128_GCM_SHA256", "x25519", "ecdsa_secp256r1_sha256"; static.
const char* name_of(CipherSuiteId suite);
const char* name_of(Group group);
const char* name_of(SignatureScheme scheme);

// By the names above, in any case of letters.
std::optional<Group> group_of(std::string_view name);
// Names with colons between; nothing: one is unknown, or there is none.
std::optional<std::vector<Group>> groups_of(std::string_view list);
std::optional<SignatureScheme> signature_scheme_of(std::string_view name);

}  // namespace usquic::tls
