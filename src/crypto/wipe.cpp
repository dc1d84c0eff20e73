#include "crypto/wipe.h"

#include <gnutls/gnutls.h>

namespace usquic::crypto {

void wipe(MutableBytes secret) {
  gnutls_memset(secret.data(), 0, secret.size());
}

}  // namespace usquic::crypto
