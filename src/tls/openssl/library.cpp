#include <openssl/crypto.h>

#include "tls/context.h"

namespace usquic::tls {
namespace {

// A build of it may have no compression.
constexpr bool compresses_certificates() {
#ifdef OPENSSL_NO_COMP_ALG
  return false;
#else
  return true;
#endif
}

}  // namespace

Library library() {
  return {.name = "OpenSSL",
          .version = OpenSSL_version(OPENSSL_VERSION_STRING),
          .has_x25519mlkem768 = true,
          .compresses_certificates = compresses_certificates(),
          .keeps_to_cipher_suites = true};
}

}  // namespace usquic::tls
