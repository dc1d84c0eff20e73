#include "tls/parameters.h"

#include "base/ascii.h"

namespace usquic::tls {
namespace {

template <class Id>
struct Name {
  Id id;
  const char* text;
};

constexpr Name<CipherSuiteId> cipher_suites[] = {
    {CipherSuiteId::aes_128_gcm_sha256, "TLS_AES_128_GCM_SHA256"},
    {CipherSuiteId::aes_256_gcm_sha384, "TLS_AES_256_GCM_SHA384"},
    {CipherSuiteId::chacha20_poly1305_sha256, "TLS_CHACHA20_POLY1305_SHA256"}};

constexpr Name<Group> groups[] = {{Group::x25519, "x25519"},
                                  {Group::x25519mlkem768, "X25519MLKEM768"},
                                  {Group::secp256r1, "secp256r1"},
                                  {Group::secp384r1, "secp384r1"},
                                  {Group::secp521r1, "secp521r1"}};

constexpr Name<SignatureScheme> schemes[] = {
    {SignatureScheme::ecdsa_secp256r1_sha256, "ecdsa_secp256r1_sha256"},
    {SignatureScheme::ecdsa_secp384r1_sha384, "ecdsa_secp384r1_sha384"},
    {SignatureScheme::ecdsa_secp521r1_sha512, "ecdsa_secp521r1_sha512"},
    {SignatureScheme::rsa_pss_rsae_sha256, "rsa_pss_rsae_sha256"},
    {SignatureScheme::rsa_pss_rsae_sha384, "rsa_pss_rsae_sha384"},
    {SignatureScheme::rsa_pss_rsae_sha512, "rsa_pss_rsae_sha512"},
    {SignatureScheme::ed25519, "ed25519"},
    {SignatureScheme::ed448, "ed448"},
    {SignatureScheme::rsa_pss_pss_sha256, "rsa_pss_pss_sha256"},
    {SignatureScheme::rsa_pss_pss_sha384, "rsa_pss_pss_sha384"},
    {SignatureScheme::rsa_pss_pss_sha512, "rsa_pss_pss_sha512"},
    {SignatureScheme::rsa_pkcs1_sha256, "rsa_pkcs1_sha256"},
    {SignatureScheme::rsa_pkcs1_sha384, "rsa_pkcs1_sha384"},
    {SignatureScheme::rsa_pkcs1_sha512, "rsa_pkcs1_sha512"}};

template <class Id, std::size_t count>
const char* find_name(const Name<Id> (&names)[count], Id id) {
  for (const Name<Id>& name : names) {
    if (name.id == id) return name.text;
  }
  return "";
}

template <class Id, std::size_t count>
std::optional<Id> find_id(const Name<Id> (&names)[count], std::string_view text) {
  for (const Name<Id>& name : names) {
    if (equals_ignoring_case(name.text, text)) return name.id;
  }
  return std::nullopt;
}

}  // namespace

const char* name_of(CipherSuiteId suite) {
  return find_name(cipher_suites, suite);
}

const char* name_of(Group group) {
  return find_name(groups, group);
}

const char* name_of(SignatureScheme scheme) {
  return find_name(schemes, scheme);
}

std::optional<Group> group_of(std::string_view name) {
  return find_id(groups, name);
}

std::optional<std::vector<Group>> groups_of(std::string_view list) {
  std::vector<Group> found;
  for (;;) {
    const std::size_t colon = list.find(':');
    const std::optional<Group> group = group_of(list.substr(0, colon));
    if (!group) return std::nullopt;
    found.push_back(*group);
    if (colon == std::string_view::npos) return found;
    list.remove_prefix(colon + 1);
  }
}

std::optional<SignatureScheme> signature_scheme_of(std::string_view name) {
  return find_id(schemes, name);
}

}  // namespace usquic::tls
