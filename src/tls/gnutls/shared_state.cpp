#include "tls/gnutls/shared_state.h"

#include <span>
#include <string>
#include <utility>

#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

// What adds it to a priority string.
const char* priority_name(CipherSuiteId suite) {
  switch (suite) {
    case CipherSuiteId::aes_128_gcm_sha256:
      return "+AES-128-GCM";
    case CipherSuiteId::aes_256_gcm_sha384:
      return "+AES-256-GCM";
    case CipherSuiteId::chacha20_poly1305_sha256:
      return "+CHACHA20-POLY1305";
  }
  return "";
}

// GnuTLS's name, also where this version of it does not know the group.
const char* group_name(Group group) {
  switch (group) {
    case Group::secp256r1:
      return "SECP256R1";
    case Group::secp384r1:
      return "SECP384R1";
    case Group::secp521r1:
      return "SECP521R1";
    case Group::x25519:
      return "X25519";
    case Group::x25519mlkem768:
      return "X25519-MLKEM768";
  }
  return "";
}

// Ciphers and groups. "": no group is left.
std::string choices_of(std::span<const CipherSuiteId> suites, std::span<const Group> groups) {
  std::string text = ":-CIPHER-ALL";
  for (const CipherSuiteId suite : suites) text.append(":").append(priority_name(suite));
  text += ":-GROUP-ALL";
  bool has_group = false;
  for (const Group group : groups) {
    // Group names that it does not know make a priority invalid.
    if (gnutls_group_get_id(group_name(group)) == GNUTLS_GROUP_INVALID) continue;
    has_group = true;
    text.append(":+GROUP-").append(group_name(group));
  }
  return has_group ? text : std::string();
}

Result<PriorityHandle> make_priority(const std::string& text, const Logger& log) {
  gnutls_priority_t made = nullptr;
  const char* error_position = nullptr;
  const int result = gnutls_priority_init(&made, text.c_str(), &error_position);
  if (result >= 0) return PriorityHandle(made);
  log.log(LogLevel::error, "this GnuTLS does not know \"%s\": %s",
          error_position == nullptr ? text.c_str() : error_position, gnutls_strerror(result));
  return Error{US_QUIC_E_TLS};
}

}  // namespace

Result<void> SharedState::initialize(const Options& options) {
  if (Result<void> taken = ContextState::initialize(options); !taken) return taken;
  const std::string choices = choices_of(
      options.cipher_suites.empty() ? std::span(default_cipher_suites) : std::span(options.cipher_suites),
      options.groups.empty() ? std::span(default_groups) : std::span(options.groups));
  if (choices.empty()) {
    log.log(LogLevel::error, "GnuTLS %s has none of the groups that are wanted",
            gnutls_check_version(nullptr));
    return Error{US_QUIC_E_INVALID};
  }
  // RFC 9001 section 8.4: no compatibility mode.
  Result<PriorityHandle> of_quic =
      make_priority("NORMAL:-VERS-ALL:+VERS-TLS1.3" + choices + ":%DISABLE_TLS13_COMPAT_MODE", log);
  if (!of_quic) return Error{of_quic.error()};
  priority = *std::move(of_quic);
  // RFC 9325 section 4.2: of TLS 1.2 only what has forward secrecy and AEAD.
  Result<PriorityHandle> of_streams = make_priority(
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-MAC-ALL:+AEAD" + choices,
      log);
  if (!of_streams) return Error{of_streams.error()};
  stream_priority = *std::move(of_streams);
  Result<std::shared_ptr<const Credentials>> nobody = Credentials::anonymous();
  if (!nobody) return Error{nobody.error()};
  anonymous = *nobody;
  return {};
}

}  // namespace usquic::tls::gnutls
