#include <openssl/rand.h>

#include "crypto/secret_bytes.h"

namespace usquic::crypto {

bool make_secret(MutableBytes to) {
  return RAND_bytes(to.data(), to.size()) == 1;
}

}  // namespace usquic::crypto
