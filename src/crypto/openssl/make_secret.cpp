#include <openssl/rand.h>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {

bool make_secret(MutableBytes to) {
  return RAND_priv_bytes(to.data(), static_cast<int>(to.size())) == 1;
}

}  // namespace usquic::crypto
