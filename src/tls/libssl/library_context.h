// The context over OpenSSL or BoringSSL.
#pragma once

#include "tls/context_over.h"
#include "tls/libssl/credentials.h"
#include "tls/libssl/session.h"
#include "tls/libssl/shared_state.h"
#include "tls/libssl/stream_session.h"
#include "tls/libssl/trust.h"

namespace usquic::tls::libssl {

struct LibraryParts {
  using Credentials = libssl::Credentials;
  using Trust = libssl::Trust;
  using State = SharedState;
  using Session = SessionImpl;
  using StreamSession = StreamSessionImpl;
};

// What create_context() makes.
using LibraryContext = ContextOver<LibraryParts>;

}  // namespace usquic::tls::libssl
