// A context over a TLS library: the rules that are the same for all of them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tls/context.h"
#include "tls/context_state.h"
#include "tls/host_name.h"
#include "tls/server_names.h"
#include "usquic/error.h"

namespace usquic::tls {

// A Library has
//   Credentials    load(source, state): what a server shows, or a client
//   Trust          load(source, extra, log): the roots that are trusted
//   State          a ContextState with `names` (ServerNames<Credentials>), `trust` (a pointer to Trust) and
//                  initialize(options)
//   Session        create_server(state), create_client(state, server_name, port, quic_version)
//   StreamSession  create(state, alpn)
template <class Library>
class ContextOver final : public Context {
 public:
  using Credentials = typename Library::Credentials;
  using Session = typename Library::Session;
  using SessionResult = Result<std::unique_ptr<tls::Session>>;

  Result<void> initialize(const Options& options) {
    if (Result<void> taken = state_.initialize(options); !taken) return taken;
    if (options.identity.certificate.is_given() || options.identity.key.is_given()) {
      if (Result<void> added = add_server_name("*", options.identity); !added) return added;
    }
    extra_trust_ = options.extra_trust;
    // What is wrong with the extra roots is told at once, so these are not left for the first session.
    const bool needs_extra = extra_trust_.is_given() && (options.verify_server || options.verify_client);
    return options.trust.is_given() || needs_extra ? load_trust(options.trust) : Result<void>();
  }

  bool can_serve() const override { return !state_.names.empty(); }

  Result<void> add_server_name(std::string_view pattern, const IdentitySource& identity) override {
    if (!ServerNames<Credentials>::is_pattern(pattern)) return Error{US_QUIC_E_INVALID};
    Result<std::shared_ptr<const Credentials>> credentials = Credentials::load(identity, state_);
    if (!credentials) return Error{credentials.error()};
    state_.names.add(pattern, *std::move(credentials));
    return {};
  }

  Result<void> remove_server_name(std::string_view pattern) override {
    if (!state_.names.remove(pattern)) return Error{US_QUIC_E_INVALID};
    return {};
  }

  SessionResult server_session() override {
    if (Result<void> ready = prepare_server(); !ready) return Error{ready.error()};
    return Session::create_server(state_);
  }

  Result<std::unique_ptr<StreamSession>> server_stream_session(std::span<const std::string> alpn) override {
    if (!can_serve()) return Error{US_QUIC_E_STATE};
    if (!are_protocols_valid(alpn)) return Error{US_QUIC_E_INVALID};
    if (Result<void> ready = prepare_server(); !ready) return Error{ready.error()};
    return Library::StreamSession::create(state_, alpn);
  }

  SessionResult client_session(std::string_view server_name, std::uint16_t port,
                               std::uint32_t quic_version) override {
    server_name = without_zone(server_name);
    std::string name(server_name);
    if (!server_name.empty() && !is_ip_address(server_name)) {
      std::optional<std::string> normalized = normalize_host_name(server_name);
      if (!normalized.has_value()) return Error{US_QUIC_E_INVALID};
      name = *std::move(normalized);
    }
    if (name.empty() && state_.verify_server) return Error{US_QUIC_E_INVALID};
    if (Result<void> ready = prepare_client(); !ready) return Error{ready.error()};
    return Session::create_client(state_, std::move(name), port, quic_version);
  }

  // For sessions that something else of the same library makes: these come first.

  // Errors: US_QUIC_E_STATE when it cannot serve, and those of trusted roots.
  Result<void> prepare_server() {
    if (!can_serve()) return Error{US_QUIC_E_STATE};
    return load_trust_if(state_.verify_client);
  }
  // Errors: those of trusted roots.
  Result<void> prepare_client() {
    return load_trust_if(state_.verify_server && state_.certificate_hashes.empty());
  }
  typename Library::State& state() { return state_; }

 private:
  Result<void> load_trust(const PemSource& source) {
    auto trust = Library::Trust::load(source, extra_trust_, state_.log);
    if (!trust) return Error{trust.error()};
    state_.trust = *std::move(trust);
    return {};
  }

  // The system's roots take milliseconds to load: only sessions that cannot do without make it happen.
  Result<void> load_trust_if(bool is_enforced) {
    return is_enforced && state_.trust == nullptr ? load_trust({}) : Result<void>();
  }

  typename Library::State state_;
  PemSource extra_trust_;
};

}  // namespace usquic::tls
