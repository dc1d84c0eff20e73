#include "tls/context.h"

#include <gnutls/gnutls.h>

#include <memory>
#include <utility>

#include "tls/context_over.h"
#include "tls/gnutls/session.h"
#include "tls/gnutls/stream_session.h"

namespace usquic::tls {
namespace {

struct GnuTls {
  using Credentials = gnutls::Credentials;
  using Trust = gnutls::Trust;
  using State = gnutls::SharedState;
  using Session = gnutls::SessionImpl;
  using StreamSession = gnutls::StreamSessionImpl;
};

}  // namespace

Result<std::unique_ptr<Context>> create_context(const Options& options) {
  auto context = std::make_unique<ContextOver<GnuTls>>();
  if (Result<void> made = context->initialize(options); !made) return Error{made.error()};
  return std::unique_ptr<Context>(std::move(context));
}

Library library() {
  return {.name = "GnuTLS",
          .version = gnutls_check_version(nullptr),
          .has_x25519mlkem768 = gnutls_group_get_id("X25519-MLKEM768") != GNUTLS_GROUP_INVALID,
          .compresses_certificates = false,
          .keeps_to_cipher_suites = true};
}

}  // namespace usquic::tls
