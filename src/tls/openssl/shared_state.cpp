#include "tls/openssl/shared_state.h"

#include <span>

#include "tls/openssl/controls.h"
#include "tls/openssl/error_queue.h"
#include "tls/openssl/lent_bytes.h"
#include "tls/openssl/session.h"
#include "tls/openssl/stream_session.h"
#include "usquic/error.h"

namespace usquic::tls::openssl {
namespace {

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

const char* tls12_name(CipherSuiteId suite) {
  switch (suite) {
    case CipherSuiteId::aes_128_gcm_sha256:
      return "AES128-GCM-SHA256";
    case CipherSuiteId::aes_256_gcm_sha384:
      return "AES256-GCM-SHA384";
    case CipherSuiteId::chacha20_poly1305_sha256:
      return "CHACHA20-POLY1305";
  }
  return "";
}

// The suites of TLS 1.2 with forward secrecy and the same AEAD.
std::string tls12_list(std::span<const CipherSuiteId> suites) {
  std::string text;
  for (const CipherSuiteId suite : suites) {
    for (const char* key_exchange : {"ECDHE-ECDSA-", "ECDHE-RSA-"}) {
      if (!text.empty()) text += ':';
      text.append(key_exchange).append(tls12_name(suite));
    }
  }
  return text;
}

bool configure_both(SSL_CTX* context, const SharedState& state) {
  SSL_CTX_set_timeout(context, TicketKeys::period);
  return set_groups(context, state.groups) &&
         SSL_CTX_set_ciphersuites(context, state.cipher_suites.c_str()) == 1;
}

// RFC 9001 section 4.2: nothing before TLS 1.3; section 8.4: no compatibility mode.
bool configure_quic(SSL_CTX* context, const SharedState& state) {
  SSL_CTX_clear_options(context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  SessionImpl::set_callbacks(context);
  return configure_both(context, state) && set_versions(context, TLS1_3_VERSION, TLS1_3_VERSION);
}

// RFC 9325 section 4.2: of TLS 1.2 only what has forward secrecy and AEAD.
bool configure_stream(SSL_CTX* context, const SharedState& state) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A connection that waits needs no memory for records.
  set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  StreamSessionImpl::set_callbacks(context);
  return configure_both(context, state) && set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) &&
         SSL_CTX_set_cipher_list(context, state.tls12_ciphers.c_str()) == 1;
}

}  // namespace

Result<void> SharedState::initialize(const Options& options) {
  if (Result<void> taken = ContextState::initialize(options); !taken) return taken;
  groups = group_list(options.groups.empty() ? std::span(default_groups) : std::span(options.groups));
  const std::span suites =
      options.cipher_suites.empty() ? std::span(default_cipher_suites) : std::span(options.cipher_suites);
  cipher_suites = suite_list(suites);
  tls12_ciphers = tls12_list(suites);
  lent_bytes = make_lent_bytes_method();
  if (lent_bytes == nullptr) return Error{US_QUIC_E_NOMEM};
  Result<ContextHandle> made = new_context(TicketUse::quic);
  if (!made) return Error{made.error()};
  anonymous = *std::move(made);
  Result<ContextHandle> made_stream = new_context(TicketUse::stream);
  if (!made_stream) return Error{made_stream.error()};
  anonymous_stream = *std::move(made_stream);
  return {};
}

Result<ContextHandle> SharedState::new_context(TicketUse use) const {
  clear_errors();
  ContextHandle context(SSL_CTX_new(TLS_method()));
  if (context == nullptr) return Error{US_QUIC_E_NOMEM};
  const bool is_configured =
      use == TicketUse::quic ? configure_quic(context.get(), *this) : configure_stream(context.get(), *this);
  if (!is_configured) {
    const QueuedError error = take_error(US_QUIC_E_INVALID);
    log.log(LogLevel::error, "OpenSSL has none of the groups (%s) or cipher suites (%s): %s", groups.c_str(),
            cipher_suites.c_str(), error.text.c_str());
    return Error{error.code};
  }
  return context;
}

}  // namespace usquic::tls::openssl
