#include "crypto/digest.h"

#include <gnutls/crypto.h>

#include "base/check.h"

namespace usquic::crypto {

bool digest(MutableBytes to, Hash hash, Bytes data) {
  CHECK(to.size() == hash_bytes(hash));
  const gnutls_digest_algorithm_t algorithm = hash == Hash::sha384 ? GNUTLS_DIG_SHA384 : GNUTLS_DIG_SHA256;
  return gnutls_hash_fast(algorithm, data.data(), data.size(), to.data()) == 0;
}

}  // namespace usquic::crypto
