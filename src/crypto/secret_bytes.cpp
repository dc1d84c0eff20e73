#include "crypto/secret_bytes.h"

#include <cstring>

namespace usquic::crypto {

void wipe(MutableBytes secret) {
  explicit_bzero(secret.data(), secret.size());
}

}  // namespace usquic::crypto
