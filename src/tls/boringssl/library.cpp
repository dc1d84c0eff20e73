#include <openssl/base.h>

#include "tls/context.h"

// Its version is the number of its interface: BoringSSL has no other.
#define USQUIC_TEXT_OF(number) #number
#define USQUIC_TEXT(macro) USQUIC_TEXT_OF(macro)

namespace usquic::tls {

Library library() {
  return {.name = "BoringSSL",
          .version = USQUIC_TEXT(BORINGSSL_API_VERSION),
          .has_x25519mlkem768 = true,
          .compresses_certificates = false,
          .keeps_to_cipher_suites = false};
}

}  // namespace usquic::tls
