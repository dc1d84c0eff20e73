#include <gnutls/crypto.h>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {

bool make_secret(MutableBytes to) {
  return gnutls_rnd(GNUTLS_RND_KEY, to.data(), to.size()) == 0;
}

}  // namespace usquic::crypto
