#include "tls/context.h"

#include <openssl/crypto.h>

#include <memory>
#include <utility>

#include "tls/context_over.h"
#include "tls/openssl/session.h"
#include "tls/openssl/stream_session.h"

namespace usquic::tls {
namespace {

struct OpenSsl {
  using Credentials = openssl::Credentials;
  using Trust = openssl::Trust;
  using State = openssl::SharedState;
  using Session = openssl::SessionImpl;
  using StreamSession = openssl::StreamSessionImpl;
};

// A build of it may have no compression.
bool compresses_certificates() {
#ifdef OPENSSL_NO_COMP_ALG
  return false;
#else
  return true;
#endif
}

}  // namespace

Result<std::unique_ptr<Context>> create_context(const Options& options) {
  auto context = std::make_unique<ContextOver<OpenSsl>>();
  if (Result<void> made = context->initialize(options); !made) return Error{made.error()};
  return std::unique_ptr<Context>(std::move(context));
}

Library library() {
  return {.name = "OpenSSL",
          .version = OpenSSL_version(OPENSSL_VERSION_STRING),
          .has_x25519mlkem768 = true,
          .compresses_certificates = compresses_certificates()};
}

}  // namespace usquic::tls
