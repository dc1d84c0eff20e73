#include "server_identities.h"

#include <cstddef>
#include <utility>

namespace usquic::node {
namespace {

us_quic_socket_context_options_t options_of(const ServerIdentity& identity) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.cert = {identity.cert.data(), identity.cert.size()};
  options.key = {identity.key.data(), identity.key.size()};
  options.passphrase = identity.passphrase.empty() ? nullptr : identity.passphrase.c_str();
  return options;
}

// By a context that nobody uses: what is wrong is found while nothing has changed.
int try_out(const ServerIdentity& identity, us_loop_t* loop, LastError& last_error) {
  us_quic_socket_context_options_t options = options_of(identity);
  last_error.attach_to(options);
  int error = US_QUIC_OK;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop, &options, 0, &error);
  if (context == nullptr) return error;
  us_quic_socket_context_free(context);
  return US_QUIC_OK;
}

std::string describe(const ServerIdentity& identity, const std::string& text) {
  const std::string whose = identity.pattern == "*" ? "" : "for " + identity.pattern;
  return whose.empty() || text.empty() ? whose + text : whose + ": " + text;
}

}  // namespace

IdentityChange::IdentityChange(const Options& options) : gone(options.texts("gone")) {
  std::vector<std::string> texts = options.texts("identities");
  for (std::size_t i = 0; i + 3 < texts.size(); i += 4) {
    shown.push_back({.pattern = std::move(texts[i]),
                     .cert = std::move(texts[i + 1]),
                     .key = std::move(texts[i + 2]),
                     .passphrase = std::move(texts[i + 3])});
  }
}

int IdentityChange::apply_to(us_quic_socket_context_t* context, LastError& last_error,
                             std::string& detail) const {
  if (context == nullptr) return US_QUIC_E_CLOSED;
  for (const ServerIdentity& identity : shown) {
    const int error = try_out(identity, us_quic_socket_context_loop(context), last_error);
    if (error != US_QUIC_OK) {
      detail = describe(identity, last_error.text);
      return error;
    }
  }
  for (const ServerIdentity& identity : shown) {
    const us_quic_socket_context_options_t options = options_of(identity);
    const int error = us_quic_socket_context_add_server_name(context, identity.pattern.c_str(), &options);
    if (error != US_QUIC_OK) {
      detail = describe(identity, "");
      return error;
    }
  }
  for (const std::string& pattern : gone) {
    us_quic_socket_context_remove_server_name(context, pattern.c_str());
  }
  return US_QUIC_OK;
}

}  // namespace usquic::node
