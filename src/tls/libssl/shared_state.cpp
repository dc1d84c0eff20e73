#include "tls/libssl/shared_state.h"

#include <iterator>
#include <span>

#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/lent_bytes.h"
#include "tls/libssl/session.h"
#include "tls/libssl/stream_session.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

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

template <class Ids>
std::string names_of(const Ids& ids) {
  std::string text;
  for (const auto id : ids) {
    if (!text.empty()) text += ':';
    text += name_of(id);
  }
  return text;
}

bool configure_both(SSL_CTX* context, const SharedState& state, TicketUse use) {
  set_options(context, use);
  set_session_cache(context, use);
  // The library's own choice comes with the suites, so the groups are said behind them.
  if (!set_ticket_lifetime(context, TicketKeys::period) || !set_cipher_suites(context, state.cipher_suites) ||
      !set_groups(context, state.groups))
    return false;
  // A resumed handshake asks for no certificate (RFC 8446 section 4.3.2): a server that wants certificates does
  // not resume.
  return !state.asks_for_client_certificate() || SSL_CTX_set_num_tickets(context, 0) == 1;
}

// RFC 9001 section 4.2: nothing before TLS 1.3.
bool configure_quic(SSL_CTX* context, const SharedState& state) {
  SessionImpl::set_callbacks(context);
  return configure_both(context, state, TicketUse::quic) &&
         set_versions(context, TLS1_3_VERSION, TLS1_3_VERSION);
}

// RFC 9325 section 4.2: of TLS 1.2 only what has forward secrecy and AEAD.
bool configure_stream(SSL_CTX* context, const SharedState& state) {
  StreamSessionImpl::set_callbacks(context);
  return configure_both(context, state, TicketUse::stream) &&
         set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) &&
         SSL_CTX_set_cipher_list(context, tls12_list(state.cipher_suites).c_str()) == 1;
}

template <class Id, std::size_t n>
std::vector<Id> chosen_or(const std::vector<Id>& chosen, const Id (&otherwise)[n]) {
  return chosen.empty() ? std::vector<Id>(std::begin(otherwise), std::end(otherwise)) : chosen;
}

}  // namespace

Result<void> SharedState::initialize(const Options& options) {
  if (Result<void> taken = ContextState::initialize(options); !taken) return taken;
  groups = chosen_or(options.groups, default_groups);
  cipher_suites = chosen_or(options.cipher_suites, default_cipher_suites);
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
    log.log(LogLevel::error, "%s has none of the groups (%s) or cannot keep to the cipher suites (%s): %s",
            library().name, names_of(groups).c_str(), names_of(cipher_suites).c_str(), error.text.c_str());
    return Error{error.code};
  }
  return context;
}

void ask_for_certificate(SSL* ssl, const SharedState& shared) {
  SSL_set_verify(ssl, SSL_VERIFY_PEER | (shared.verify_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                 nullptr);
  // Of TLS 1.2; those of TLS 1.3 the context gives none of.
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
}

}  // namespace usquic::tls::libssl
