#include "tls/context.h"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <span>
#include <utility>

#include "tls/gnutls/session.h"
#include "tls/host_name.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

// RFC 9001 section 5.3 and RFC 8446 section 9.1. The peer's order decides on a server: a client without AES
// in hardware puts ChaCha20 first. RFC 9001 section 8.4: no compatibility mode.
constexpr const char* priority_text =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:%DISABLE_TLS13_COMPAT_MODE";

// GnuTLS's limits.
constexpr std::size_t max_protocols = 8;
constexpr std::size_t max_protocol_length = 31;

bool are_protocols_valid(const std::vector<std::string>& protocols) {
  return protocols.size() <= max_protocols &&
         std::all_of(protocols.begin(), protocols.end(), [](const std::string& protocol) {
           return !protocol.empty() && protocol.size() <= max_protocol_length;
         });
}

class ContextImpl final : public Context {
 public:
  Result<void> initialize(const Options& options);

  bool can_serve() const override { return !shared_.names.empty(); }
  Result<void> add_server_name(std::string_view pattern, const IdentitySource& identity) override;
  Result<void> remove_server_name(std::string_view pattern) override;
  Result<std::unique_ptr<Session>> server_session() override;
  Result<std::unique_ptr<Session>> client_session(std::string_view server_name, std::uint16_t port,
                                                  std::uint32_t quic_version) override;
  void store_ticket(Session& session) override { static_cast<SessionImpl&>(session).store_ticket(); }

 private:
  Result<void> load_trust(const PemSource& source);
  Result<void> load_trust_if(bool is_enforced);

  SharedState shared_;
  PemSource extra_trust_;
};

Result<void> ContextImpl::initialize(const Options& options) {
  shared_.request_client_certificate = options.request_client_certificate;
  shared_.verify_server = options.verify_server;
  shared_.verify_client = options.verify_client;
  shared_.alpn = options.alpn;
  shared_.keylog = options.keylog;
  shared_.keylog_user = options.keylog_user;
  shared_.log = options.log;
  if (!are_protocols_valid(options.alpn)) {
    options.log.log(LogLevel::error, "ALPN: at most %zu protocols, of 1 to %zu bytes", max_protocols,
                    max_protocol_length);
    return Error{US_QUIC_E_INVALID};
  }

  gnutls_priority_t priority = nullptr;
  const char* error_position = nullptr;
  const int result = gnutls_priority_init(&priority, priority_text, &error_position);
  if (result < 0) {
    options.log.log(LogLevel::error, "this GnuTLS does not know \"%s\": %s",
                    error_position == nullptr ? priority_text : error_position, gnutls_strerror(result));
    return Error{US_QUIC_E_TLS};
  }
  shared_.priority.reset(priority);

  Result<TicketSecret> secret = ticket_secret(std::span<const std::uint8_t, 32>(options.secret));
  if (!secret) return Error{secret.error()};
  shared_.ticket_secret = *secret;

  Result<std::shared_ptr<const Credentials>> anonymous = Credentials::anonymous();
  if (!anonymous) return Error{anonymous.error()};
  shared_.anonymous = *anonymous;

  if (options.identity.certificate.is_given() || options.identity.key.is_given()) {
    if (Result<void> added = add_server_name("*", options.identity); !added) return added;
  }
  extra_trust_ = options.extra_trust;
  // What is wrong with the extra roots is told at once, so these are not left for the first session.
  const bool needs_extra = extra_trust_.is_given() && (options.verify_server || options.verify_client);
  return options.trust.is_given() || needs_extra ? load_trust(options.trust) : Result<void>();
}

Result<void> ContextImpl::load_trust(const PemSource& source) {
  Result<std::unique_ptr<Trust>> trust = Trust::load(source, extra_trust_, shared_.log);
  if (!trust) return Error{trust.error()};
  shared_.trust = *std::move(trust);
  return {};
}

// The system's roots take milliseconds to load: only sessions that cannot do without make it happen.
Result<void> ContextImpl::load_trust_if(bool is_enforced) {
  return is_enforced && shared_.trust == nullptr ? load_trust({}) : Result<void>();
}

Result<void> ContextImpl::add_server_name(std::string_view pattern, const IdentitySource& identity) {
  if (!ServerNames<Credentials>::is_pattern(pattern)) return Error{US_QUIC_E_INVALID};
  Result<std::shared_ptr<const Credentials>> credentials =
      Credentials::load(identity, shared_.ticket_secret, shared_.log);
  if (!credentials) return Error{credentials.error()};
  shared_.names.add(pattern, *std::move(credentials));
  return {};
}

Result<void> ContextImpl::remove_server_name(std::string_view pattern) {
  if (!shared_.names.remove(pattern)) return Error{US_QUIC_E_INVALID};
  return {};
}

Result<std::unique_ptr<Session>> ContextImpl::server_session() {
  if (!can_serve()) return Error{US_QUIC_E_STATE};
  if (Result<void> loaded = load_trust_if(shared_.verify_client); !loaded) return Error{loaded.error()};
  return SessionImpl::create_server(shared_);
}

Result<std::unique_ptr<Session>> ContextImpl::client_session(std::string_view server_name, std::uint16_t port,
                                                             std::uint32_t quic_version) {
  server_name = without_zone(server_name);
  std::string name(server_name);
  if (!server_name.empty() && !is_ip_address(server_name)) {
    std::optional<std::string> normalized = normalize_host_name(server_name);
    if (!normalized.has_value()) return Error{US_QUIC_E_INVALID};
    name = *std::move(normalized);
  }
  if (name.empty() && shared_.verify_server) return Error{US_QUIC_E_INVALID};
  if (Result<void> loaded = load_trust_if(shared_.verify_server); !loaded) return Error{loaded.error()};
  return SessionImpl::create_client(shared_, std::move(name), port, quic_version);
}

}  // namespace
}  // namespace usquic::tls::gnutls

namespace usquic::tls {

Result<std::unique_ptr<Context>> create_context(const Options& options) {
  auto context = std::make_unique<gnutls::ContextImpl>();
  if (Result<void> made = context->initialize(options); !made) return Error{made.error()};
  return std::unique_ptr<Context>(std::move(context));
}

}  // namespace usquic::tls
